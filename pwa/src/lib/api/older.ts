/** What the server has archived of a customer (SPEC R39). */
import type { OlderPage, OlderRecord } from "#lib/store/older";
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, numberOf, objectOf, textOf } from "./shape";

const recordOf = (answer: unknown): OlderRecord => {
  const { k, i, v } = objectOf(answer);
  return { kind: textOf(k), id: textOf(i), v: objectOf(v) as OlderRecord["v"] };
};

const pageOf = (answer: unknown): OlderPage => {
  const { rows, count, next } = objectOf(answer);
  return { rows: listOf(rows, recordOf), count: numberOf(count), next: textOf(next) };
};

/** A page of a customer's older activity, newest first; `after` is the `next` of the page before, "" for the first. */
export const readOlder = (context: ApiContext, customer: string, after: string): Promise<ApiResult<OlderPage>> =>
  request(context, "GET", `/api/customers/${customer}/older${after === "" ? "" : `?before=${after}`}`, pageOf);

/** The value history of a record: what every field was, who changed it, when, and from which device. */
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, numberOf, objectOf, optional, textOf } from "./shape";

/** What an edit did to one field. Values of sets, counters and logs are join states. */
export interface FieldChange {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
  /** False where a later value stood already. */
  readonly won: boolean;
  /** True where its author had not seen the value that he met. */
  readonly concurrent: boolean;
  /** True where the server merged the two by words: what stands is in its own entry that follows. */
  readonly merged: boolean;
  /** What its author had seen instead; null where that was nothing, or is not known. */
  readonly base: unknown;
}

/** One edit of one record. */
export interface HistoryEntry {
  /** Falls towards older entries; what `before` takes. */
  readonly number: number;
  /** When it was made: milliseconds since 1970 UTC. */
  readonly at: number;
  /** 0 for the server. */
  readonly device: number;
  /** What the device calls itself, "" where nobody knows. */
  readonly deviceName: string;
  /** The person's id, "" for the server itself. */
  readonly person: string;
  readonly changes: readonly FieldChange[];
  /** True where its author had not seen what another device wrote last into other fields: both stand. */
  readonly apart: boolean;
}

/** Entries of one page. */
export const HISTORY_PAGE = 50;

const changeOf = (answer: unknown): FieldChange => {
  const change = objectOf(answer);
  return {
    field: textOf(change.field),
    old: change.old ?? null,
    new: change.new ?? null,
    won: change.won !== false,
    concurrent: change.concurrent === true,
    merged: change.merged === true,
    base: change.base ?? null,
  };
};

const entryOf = (answer: unknown): HistoryEntry => {
  const { number, at, device, device_name, person, changes, apart } = objectOf(answer);
  return {
    number: numberOf(number),
    at: numberOf(at),
    device: numberOf(device),
    deviceName: optional(device_name, textOf) ?? "",
    person: textOf(person),
    changes: listOf(changes, changeOf),
    apart: apart === true,
  };
};

/** A page of a record's history, newest first; `before` is the number of the last entry of the page before. */
export const readHistory = (
  context: ApiContext,
  id: string,
  before: number | null,
): Promise<ApiResult<readonly HistoryEntry[]>> =>
  request(
    context,
    "GET",
    `/api/history/${id}?limit=${HISTORY_PAGE}${before === null ? "" : `&before=${before}`}`,
    (answer) => listOf(answer, entryOf),
  );

/**
 * The few requests that need the network while somebody waits: signing in, devices, history. Everything else goes
 * through the store. A failure is a value with a code from a closed set, never an exception.
 */
import type { ProblemCode } from "$sync/schema.gen";
import { PROBLEMS } from "./names";

/** Why a request failed: the server's own code; `offline` where the device knows it has no network; `no_answer` otherwise. */
export type ApiProblemCode = ProblemCode | "offline" | "no_answer";

/** A failed request. */
export interface ApiProblem {
  readonly code: ApiProblemCode;
  /** The field that is meant, "" for the whole request. */
  readonly field: string;
  /** Seconds to wait before the next try (rate_limited), else 0. */
  readonly retryAfter: number;
}

/** What came of a request. */
export type ApiResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ApiProblem };

/** What the requests need of the world. */
export interface ApiContext {
  readonly fetch: typeof fetch;
  /** False means surely offline; true means nothing. */
  readonly isOnline: () => boolean;
}

/** How long somebody is asked to wait for an answer. */
const TIMEOUT_MS = 15_000;

const failed = (code: ApiProblemCode, field = "", retryAfter = 0): ApiResult<never> => ({
  ok: false,
  problem: { code, field, retryAfter },
});

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const countOf = (value: unknown): number => (typeof value === "number" && value > 0 ? value : 0);

/** Sends `body` as JSON and returns what `read` makes of the answer; `read` throws where the answer has another shape. */
export async function request<T>(
  context: ApiContext,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  read: (body: unknown) => T,
  body?: unknown,
): Promise<ApiResult<T>> {
  let response: Response;
  try {
    response = await context.fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    // A fetch fails alike for no network, no server and time-out; only "no network" is sometimes known.
    return failed(context.isOnline() ? "no_answer" : "offline");
  }
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) return problemOf(answer);
  try {
    return { ok: true, value: read(answer) };
  } catch {
    return failed("no_answer"); // a proxy's page, or another program on the server's port
  }
}

/** Returns the problem that an answer writes. */
export function problemOf(answer: unknown): ApiResult<never> {
  if (typeof answer !== "object" || answer === null) return failed("no_answer");
  const { code, field, retry_after } = answer as { code?: unknown; field?: unknown; retry_after?: unknown };
  const known = PROBLEMS.find((one) => one === code);
  return known === undefined ? failed("internal") : failed(known, textOf(field), countOf(retry_after));
}

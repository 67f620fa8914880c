/** What a device says to the server of a reminder: that it was shown, and what its person did. Kept until the server has heard it. */
import type { Action, PushMessage } from "./message.ts";

/** One thing to say. */
export interface Report {
  readonly id: string;
  readonly token: string;
  /** `shown`, or what was done. */
  readonly what: "shown" | Action;
  /** When it was so: milliseconds since 1970 UTC. */
  readonly at: number;
}

/** The server knows its messages for so long. */
export const REPORTS_LAST_MS = 7 * 86_400_000;

/** Under what it is kept: the same thing twice is said once. That it was shown stands before what was done with it. */
export const keyOf = ({ id, what }: Pick<Report, "id" | "what">): string =>
  `${id} ${what === "shown" ? "0" : "1"}${what}`;

export const reportOf = ({ id, token }: PushMessage, what: Report["what"], at: number): Report => ({
  ...{ id, token, what, at },
});

/** Where a report goes, and its body. */
export function requestOf({ id, token, what, at }: Report): { readonly path: string; readonly body: object } {
  const path = `/api/reminders/${encodeURIComponent(id)}/${what === "shown" ? "shown" : "act"}`;
  return { path, body: what === "shown" ? { token, at } : { token, action: what, at } };
}

/** What became of a report: heard, refused for good, or to be said again. */
export type Hearing = "heard" | "refused" | "again";

/** `status` is 0 where nobody answered. */
export function hearingOf(status: number): Hearing {
  if (status >= 200 && status < 300) return "heard";
  return status >= 400 && status < 500 && status !== 408 && status !== 429 ? "refused" : "again";
}

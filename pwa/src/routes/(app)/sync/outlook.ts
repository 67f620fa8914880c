/** What of a person's work is not at the office yet, records and files together, and how it stands with that. */
import { notTaken as countNotTaken, toSend } from "#lib/store/files/status";
import type { StoreStatus } from "#lib/store/status";

/** What is said of it while the server answers. */
export type Going = "sending" | "wifi" | "no_space" | "waiting" | "not_taken" | "sent";

export interface Outlook {
  /** Edits and files that will be sent by themselves. */
  readonly waiting: number;
  /** Files that the server does not take. */
  readonly notTaken: number;
  readonly going: Going;
}

/** Looks at all that the store tells of itself. */
export function outlookOf({ waiting: edits, files }: Pick<StoreStatus, "waiting" | "files">): Outlook {
  const notTaken = countNotTaken(files);
  const waiting = edits + toSend(files);
  return { waiting, notTaken, going: goingOf(edits, waiting, notTaken, files) };
}

function goingOf(edits: number, waiting: number, notTaken: number, { sending, held }: StoreStatus["files"]): Going {
  if (edits > 0 || sending) return "sending";
  if (waiting > 0) return held ?? "waiting";
  return notTaken > 0 ? "not_taken" : "sent";
}

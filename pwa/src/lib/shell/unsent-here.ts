/** What a locked device still has that the office has not: a wipe waits for changes, never for the bytes of files (SPEC R58). */
import type { StoreStatus } from "#lib/store/status";

/** `lost`: files that the wipe takes with it. */
export interface UnsentHere {
  readonly what: "edits" | "files" | "lost" | "nothing";
  readonly count: number;
}

/** Returns what is told of it, in the order in which it is told. */
export function unsentHere({
  waiting,
  files,
  locked,
}: Pick<StoreStatus, "waiting" | "files" | "locked">): UnsentHere[] {
  const found: UnsentHere[] = [];
  if (waiting > 0) found.push({ what: "edits", count: waiting });
  if (files.waiting > 0) found.push({ what: locked === "wipe" ? "lost" : "files", count: files.waiting });
  return found.length > 0 ? found : [{ what: "nothing", count: 0 }];
}

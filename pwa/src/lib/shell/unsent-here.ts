/** What a locked device still has that the office has not: a wipe waits for changes, never for the bytes of files (SPEC R58). */
import type { StoreStatus } from "#lib/store/status";

/** `lost`: files that the wipe takes with it; `refused`: what was not accepted, and nobody has looked at. */
export interface UnsentHere {
  readonly what: "edits" | "files" | "lost" | "refused" | "nothing";
  readonly count: number;
}

/** Returns what is told of it, in the order in which it is told. */
export function unsentHere({
  waiting,
  refused,
  files,
  locked,
}: Pick<StoreStatus, "waiting" | "refused" | "files" | "locked">): UnsentHere[] {
  const found: UnsentHere[] = [];
  if (waiting > 0) found.push({ what: "edits", count: waiting });
  if (files.waiting > 0) found.push({ what: locked === "wipe" ? "lost" : "files", count: files.waiting });
  if (refused > 0) found.push({ what: "refused", count: refused });
  return found.length > 0 ? found : [{ what: "nothing", count: 0 }];
}

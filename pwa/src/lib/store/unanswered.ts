/**
 * Edits that wait although their rows may have been read, since no answer to them was heard (SPEC R42). What becomes of such an edit
 * its row says, not the edit, under whatever number its verdict comes in the end. Call all of it in a transaction.
 */
import type { Edit } from "$sync/messages.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";

const stampsOf = (database: Database): string[] => JSON.parse(readMeta(database, "read") ?? "[]");

/**
 * Notes that rows are read while the server has edits up to `pushed` whose verdicts are not there, 0 for none; of a restored server
 * what was noted before is of another life.
 */
export function noteUnanswered(database: Database, pushed: number, isRestored: boolean): void {
  if (isRestored) forgetUnanswered(database);
  if (pushed > 0) writeMeta(database, "unanswered", pushed);
}

/** Forgets all of them. */
export function forgetUnanswered(database: Database): void {
  if (readNumber(database, "unanswered") !== 0) writeMeta(database, "unanswered", 0);
  if (stampsOf(database).length > 0) writeMeta(database, "read", "[]");
}

/** Knows these edits by their stamps from now on: what waits is about to get other numbers. */
export function carryOver(database: Database): void {
  const pushed = readNumber(database, "unanswered");
  if (pushed === 0) return;
  const waiting = database.all<{ at: string }>("SELECT edit ->> '$.at' AS at FROM outbox WHERE n <= ?", [pushed]);
  const stamps = new Set([...stampsOf(database), ...waiting.map(({ at }) => at)]);
  writeMeta(database, "read", JSON.stringify([...stamps]));
  writeMeta(database, "unanswered", 0);
}

/** What tells such an edit. */
export function wereUnanswered(database: Database): (edit: Edit) => boolean {
  const pushed = readNumber(database, "unanswered");
  const stamps = new Set(stampsOf(database));
  return ({ n, at }) => n <= pushed || stamps.has(at);
}

/** Forgets those whose verdicts, up to `pushed`, are stored. */
export function forgetAnswered(database: Database, pushed: number): void {
  const unanswered = readNumber(database, "unanswered");
  if (unanswered > 0 && pushed >= unanswered) writeMeta(database, "unanswered", 0);
  if (stampsOf(database).length === 0) return;
  const left = database.all<{ at: string }>(
    "SELECT value AS at FROM json_each(?) WHERE value IN (SELECT edit ->> '$.at' FROM outbox)",
    [readMeta(database, "read")],
  );
  writeMeta(database, "read", JSON.stringify(left.map(({ at }) => at)));
}

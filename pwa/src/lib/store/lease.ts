/**
 * Who may not read this device's data any more: it was without contact for longer than its lease (SPEC R47), or the server has asked
 * for a wipe and unsent edits still keep it from being done (SPEC R58). Nothing of this touches what waits to be sent.
 */
import type { Database } from "./database.ts";
import { readNumber, writeMeta } from "./meta.ts";

/** Why nothing can be read. */
export type Lock = "lease" | "wipe";

/** How far the clock goes before the time seen is written down. */
const NOTED_EVERY_MS = 60_000;

/** Returns why nothing may be read at `now`, by the server's clock; null if it may. */
export function lockOf(database: Database, now: number): Lock | null {
  if (isWiping(database)) return "wipe";
  const lease = readNumber(database, "lease");
  const contact = readNumber(database, "contact");
  if (lease === 0 || contact === 0) return null;
  return Math.max(now, readNumber(database, "latest")) - contact > lease ? "lease" : null;
}

/** Notes the latest time seen, so that a clock set back does not unlock. Contact with the server sets it right. */
export function noteTime(database: Database, now: number): void {
  if (now > readNumber(database, "latest") + NOTED_EVERY_MS) writeMeta(database, "latest", now);
}

/** Tells whether the server has asked for a wipe. */
export function isWiping(database: Database): boolean {
  return readNumber(database, "wiping") === 1;
}

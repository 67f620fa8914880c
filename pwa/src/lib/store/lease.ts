/**
 * Who may not read this device's data any more: it was without contact for longer than its lease (SPEC R47), or the server has asked
 * for a wipe and unsent edits still keep it from being done (SPEC R58). Nothing of this touches what waits to be sent.
 */
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";

/** Why nothing can be read. */
export type Lock = "lease" | "wipe";

/** How far the clock goes before the time seen is written down. */
const NOTED_EVERY_MS = 60_000;
/** As how much of use a step of the clock counts at most, where it was later already. */
const LONGEST_STEP_MS = 10 * 60_000;

/** Use after the clock was set back: how much since the last contact, and how far it has gone again below the latest time. */
interface Again {
  readonly latest: number;
  readonly seen: number;
  readonly used: number;
}

/** Returns why nothing may be read at `now`, by the server's clock; null if it may. */
export function lockOf(database: Database, now: number): Lock | null {
  if (isWiping(database)) return "wipe";
  const lease = readNumber(database, "lease");
  const contact = readNumber(database, "contact");
  if (lease === 0 || contact === 0) return null;
  const latest = Math.max(now, readNumber(database, "latest"));
  return latest - contact + readAgain(database).used > lease ? "lease" : null;
}

/**
 * Notes the latest time seen, so that a clock set back does not unlock, and how far the clock has gone on since it was set back, so that setting
 * it back every day does not help. Contact with the server sets it right.
 */
export function noteTime(database: Database, now: number): void {
  const latest = readNumber(database, "latest");
  if (now > latest + NOTED_EVERY_MS) {
    writeMeta(database, "latest", now);
    return;
  }
  const again = readAgain(database);
  const seen = again.latest === latest ? again.seen : latest;
  const step = now - seen;
  if (now > latest || (step >= 0 && step < NOTED_EVERY_MS)) return;
  // A larger step is as likely a clock that is set right.
  const used = again.used + Math.min(Math.max(0, step), LONGEST_STEP_MS);
  writeMeta(database, "again", JSON.stringify({ latest, seen: now, used } satisfies Again));
}

/** Begins anew with a contact, at a time by the server's clock. */
export function noteContact(database: Database, now: number): void {
  writeMeta(database, "contact", now);
  writeMeta(database, "latest", now);
  if (readMeta(database, "again") !== null) writeMeta(database, "again", JSON.stringify(NOTHING_AGAIN));
}

const NOTHING_AGAIN: Again = { latest: 0, seen: 0, used: 0 };

function readAgain(database: Database): Again {
  const found = readMeta(database, "again");
  return found === null ? NOTHING_AGAIN : JSON.parse(found);
}

/** Tells whether the server has asked for a wipe. */
export function isWiping(database: Database): boolean {
  return readNumber(database, "wiping") === 1;
}

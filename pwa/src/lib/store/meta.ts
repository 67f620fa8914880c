/** Named values of the store itself. */
import type { Database } from "./database.ts";

/** The names in use. */
export type MetaName =
  /** SCHEMA_HASH of the tables. */
  | "schema"
  /** The device number that the outbox is numbered for. */
  | "device"
  /** "1" once indexes and full text exist. */
  | "indexed"
  /** Up to which row the index of letters and pairs is made, "all" when it is complete. */
  | `grams_${"customer" | "contact"}`
  /** The last stamp that this device made (SPEC R3). */
  | "stamp"
  /** Milliseconds from this device's clock to the server's (SPEC R5). */
  | "offset"
  /** The highest edit number ever given. */
  | "edits"
  /** The signs of the Han blocks in the order of the keys that are stored, from the first name with one on (`pinyin.ts`). */
  | "han"
  /** Which numbering of the unsent edits it is; another one with each that changes the numbers of some, or what is said of some. */
  | "numbering"
  /** The highest edit number whose verdict is stored (SPEC R42). */
  | "ack"
  /** Up to which edit the server had some when rows were read without the verdicts on them; 0 once these are there. */
  | "unanswered"
  /** As JSON: the stamps of the edits that were so far when what waits got other numbers. */
  | "read"
  /** As JSON: the entries of *Needs a look* by verdict and group, of the group whose verdicts go on in the next reply (SPEC R56). */
  | "group"
  /** As JSON: the numbers among which edits changed places, by the device's number (`exchanged.ts`). */
  | "exchanged"
  /** When the server last answered, by its clock. */
  | "contact"
  /** The buckets granted, as a JSON list, in the last reply. */
  | "grants"
  /** The view that the rows were sent in (SPEC R35). */
  | "view"
  /** The byte budget that worked last (SPEC R56). */
  | "budget"
  /** The view that the rows were sent in (SPEC R35). */
  | "view"
  /** How far each bucket had been read when the oldest edit that waits was written, as JSON, where it has been read on since (SPEC R53). */
  | "seen"
  /** The round of reading given last, and how many buckets had to be read again (SPEC R38). */
  | "round"
  | "resets"
  /** How many partitions were mended (SPEC R64). */
  | "repairs"
  /** When every bucket's checksum was compared last, and when every document was audited last, by the server's clock. */
  | "verified"
  | "audited"
  /** How far the audit under way is, as JSON. */
  | "audit"
  /** Bytes of the kept edits, and the highest number of this device that a backup covers (SPEC R48). */
  | "kept_bytes"
  | "covered"
  /** Which keeping of them it is; another one when some are taken out, or when something else is said of some. */
  | "keeping"
  /** Bytes of older activity that may be kept (SPEC R39). */
  | "older_budget"
  /** "1" where files wait for a network that costs nothing. */
  | "files_wifi_only"
  /** Milliseconds that the app may be used without contact, 0 for ever (SPEC R47). */
  | "lease"
  /** The latest time ever seen, by the server's clock: a clock that is set back does not make the lease longer. */
  | "latest"
  /** As JSON: how far the clock has gone on since it was set back below that (`lease.ts`). */
  | "again"
  /** "1" once the server has asked for a wipe (SPEC R58). */
  | "wiping";

/** Returns the value, null if it was never set. */
export function readMeta(database: Database, name: MetaName): string | null {
  return database.get<{ value: string }>("SELECT value FROM meta WHERE name = ?", [name])?.value ?? null;
}

/** Returns the value as a number, `otherwise` if it was never set. */
export function readNumber(database: Database, name: MetaName, otherwise = 0): number {
  const value = readMeta(database, name);
  return value === null ? otherwise : Number(value);
}

/** Sets the value. */
export function writeMeta(database: Database, name: MetaName, value: string | number): void {
  database.run("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [
    name,
    String(value),
  ]);
}

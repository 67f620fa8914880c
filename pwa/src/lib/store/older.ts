/**
 * Older activity: what the server has archived of a customer and somebody has read here (SPEC R39). It stands beside the records, in no
 * checksum and no search, within a budget of bytes, so that it can be read again without the network.
 */
import type { Json } from "$sync/joins.ts";
import { ARCHIVE_DATES } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { OLDER_BUDGET } from "./limits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { isKind } from "./tables.ts";

/** An archived record. */
export interface OlderRecord {
  readonly kind: string;
  readonly id: string;
  readonly v: { readonly [field: string]: Json };
}

/** A page of them, newest first. */
export interface OlderPage {
  readonly rows: readonly OlderRecord[];
  /** How many there are in all. */
  readonly count: number;
  /** What asks for the next page, "" at the end. */
  readonly next: string;
}

/** What a row takes beside its values. */
const ROW_BYTES = 80;

/**
 * Keeps a page of a customer's older activity; the first one (`after` "") takes the place of what was kept of him: more may have been
 * archived since. One that does not follow what is kept is not taken, it may have been dropped for room meanwhile: a list with a hole
 * would look whole. Call it in a transaction.
 */
export function keepOlder(database: Database, customer: string, after: string, page: OlderPage, now: number): void {
  if (database.get("SELECT 1 FROM customer WHERE id = ? AND bucket <> ''", [customer]) === undefined) return; // taken away meanwhile
  if (after === "") database.run("DELETE FROM older WHERE customer = ?", [customer]);
  else if (database.get("SELECT 1 FROM older_of WHERE customer = ? AND next = ?", [customer, after]) === undefined)
    return;
  for (const { kind, id, v } of page.rows) {
    const at = isKind(kind) ? v[ARCHIVE_DATES[kind] ?? ""] : null;
    if (typeof at !== "number") continue; // of a kind that only a newer version of the app shows
    database.run("INSERT OR REPLACE INTO older (customer, at, id, kind, v) VALUES (?, ?, ?, ?, ?)", [
      customer,
      at,
      id,
      kind,
      JSON.stringify(v),
    ]);
  }
  database.run(
    `INSERT INTO older_of (customer, count, next, read_at, opened, bytes)
     SELECT ?1, ?2, ?3, ?4, ?4, coalesce(sum(length(CAST(v AS BLOB)) + ${ROW_BYTES}), 0) FROM older WHERE customer = ?1
     ON CONFLICT (customer) DO UPDATE SET count = ?2, next = ?3, read_at = ?4, opened = ?4, bytes = excluded.bytes`,
    [customer, page.count, page.next, now],
  );
  dropBeyondBudget(database, customer);
}

/** Notes that a customer's older activity is looked at. */
export function openOlder(database: Database, customer: string, now: number): void {
  database.run("UPDATE older_of SET opened = ? WHERE customer = ?", [now, customer]);
}

/** Sets how many bytes of older activity are kept, and drops what is beyond. Call it in a transaction. */
export function setOlderBudget(database: Database, bytes: number): void {
  writeMeta(database, "older_budget", bytes);
  dropBeyondBudget(database, "");
}

/** Returns how many bytes of older activity may be kept. */
export function olderBudget(database: Database): number {
  return readNumber(database, "older_budget", OLDER_BUDGET);
}

/** Drops what is kept of a customer; true if there was any. */
export function forgetOlder(database: Database, customer: string): boolean {
  database.run("DELETE FROM older WHERE customer = ?", [customer]);
  return database.run("DELETE FROM older_of WHERE customer = ?", [customer]) > 0;
}

/** Drops all of it. */
export function forgetAllOlder(database: Database): void {
  database.run("DELETE FROM older");
  database.run("DELETE FROM older_of");
}

/** Who was opened longest ago goes first; whoever is on the screen stays, whatever he takes. */
function dropBeyondBudget(database: Database, shown: string): void {
  const all = database.all<{ customer: string; bytes: number }>(
    "SELECT customer, bytes FROM older_of ORDER BY customer = ? DESC, opened DESC, customer",
    [shown],
  );
  let left = olderBudget(database);
  for (const { customer, bytes } of all) {
    left -= bytes;
    if (left < 0 && customer !== shown) forgetOlder(database, customer);
  }
}

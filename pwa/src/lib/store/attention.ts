/**
 * The list of what needs a look: taking things off it, putting them back, letting go of what others wrote, and counting what waits for
 * this person.
 */
import type { Json } from "$sync/joins.ts";
import type { Values } from "$sync/record.ts";
import { ENTITY_TYPES, SHARED_ROOT } from "$sync/schema.gen.ts";
import { openConflicts } from "./conflicts.ts";
import { isComplete } from "./cursors.ts";
import type { Database, SqlValue } from "./database.ts";
import { readMeta } from "./meta.ts";
import { isIndexed, isKind, KINDS } from "./tables.ts";

/** Something taken off the list, whole, so that it can be put back. */
export type Dismissed = Readonly<Record<string, string | number>>;

/** Takes something off the list; null if it was not on it. */
export function dismissAttention(database: Database, n: number): Dismissed | null {
  const row = database.get<Dismissed>("SELECT * FROM attention WHERE n = ?", [n]);
  database.run("DELETE FROM attention WHERE n = ?", [n]);
  return row ?? null;
}

/** Puts back what was taken off, without what is another's by now; again is harmless. Call it in a transaction. */
export function recallAttention(database: Database, rows: readonly Dismissed[], person: string): void {
  for (const row of rows) insertAttention(database, row);
  forgetOthers(database, person);
}

function insertAttention(database: Database, row: Dismissed): void {
  const names = database.all<{ name: string }>("SELECT name FROM pragma_table_info('attention')");
  const values = names.map(({ name }): SqlValue => row[name] ?? null);
  database.run(
    `INSERT OR REPLACE INTO attention (${names.map(({ name }) => name).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    values,
  );
}

/** Puts on the list what another list of this device had, as new; what is on it already is not put again. Call it in a transaction. */
export function addAttention(database: Database, rows: readonly Dismissed[], person: string): void {
  const columns = ["verdict", "code", "field", "id", "stamp", "at"] as const;
  const nameOf = (row: Dismissed) => JSON.stringify(columns.map((column) => row[column] ?? ""));
  const known = new Set(database.all<Dismissed>(`SELECT ${columns.join(", ")} FROM attention`).map(nameOf));
  const added = rows.filter((row) => !known.has(nameOf(row))).map(({ n: _n, ...row }) => row);
  recallAttention(database, added, person);
}

/** Tells whether custody had no room for an edit of this record, or of any, that can be sent again (SPEC R57). */
export function awaitsRoom(database: Database, id?: string): boolean {
  const found = database.get(
    `SELECT 1 FROM attention WHERE verdict = 'rejected' AND code = 'custody_full'
       AND (?1 IS NULL OR id = ?1 OR EXISTS (SELECT 1 FROM json_each(more) WHERE value ->> 'id' = ?1)) LIMIT 1`,
    [id ?? null],
  );
  return found !== undefined;
}

/** The view in which hidden fields are sent (SPEC R35). */
const FULL = "full";
/** The kinds that have hidden fields, as JSON. */
const HIDING = JSON.stringify(
  KINDS.filter((kind) => Object.values(ENTITY_TYPES[kind].fields).some((one) => one.hidden)),
);

interface Entry {
  readonly n: number;
  readonly verdict: string;
  readonly kind: string;
  readonly edit: string;
  readonly base: string;
  readonly losers: string;
  readonly more: string;
  /** 1 where the device holds its bucket no more. */
  readonly gone: number;
}

/**
 * Lets go of what others wrote of records whose bucket the device holds no more, and in hidden fields that it is sent no more (SPEC
 * R57); what `person` wrote stays. Returns whether anything went. Call it in every transaction that takes anything away.
 */
export function forgetOthers(database: Database, person: string): boolean {
  // A customer without a name there was not yet here when the verdict came, and may still come: after the disk was lost. So may any
  // while the first load runs, where the list was kept elsewhere.
  const entries = database.all<Entry>(
    `WITH entry AS (
       SELECT a.*, coalesce(c.bucket, iif(a.root = ?1, ?1, 'u:' || a.root)) NOT IN (SELECT value FROM json_each(?2))
         AND (a.about <> '' AND ?7 = 1 OR ?3 = 1) AS gone
       FROM attention a LEFT JOIN customer_row c ON c.id = a.root
       WHERE a.losers <> '[]' OR a.base <> '{}' OR a.more <> '[]')
     SELECT n, verdict, kind, edit, base, losers, more, gone FROM entry
     WHERE gone = 1 OR (?4 <> ?5 AND kind IN (SELECT value FROM json_each(?6)))`,
    [
      SHARED_ROOT,
      readMeta(database, "grants") ?? "[]",
      isComplete(database) ? 1 : 0,
      readMeta(database, "view") ?? "",
      FULL,
      HIDING,
      isIndexed(database) ? 1 : 0,
    ],
  );
  let isChanged = false;
  for (const entry of entries) if (forgetOthersOf(database, entry, person)) isChanged = true;
  return isChanged;
}

function forgetOthersOf(database: Database, entry: Entry, person: string): boolean {
  const { n, verdict, kind, gone } = entry;
  const goes = (field: string) => gone === 1 || (isKind(kind) && ENTITY_TYPES[kind].fields[field]?.hidden === true);
  const written: Values = JSON.parse(entry.edit);
  const before: Values = JSON.parse(entry.base);
  const lost: readonly { readonly field: string; readonly person: string }[] = JSON.parse(entry.losers);
  // What a decision applied, another had written.
  const isDecision = verdict === "conflict" && entry.more !== "[]";
  const edit = isDecision ? JSON.stringify(without(written, goes)) : entry.edit;
  const base = JSON.stringify(without(before, (field, value) => value !== null && goes(field)));
  const losers = JSON.stringify(lost.filter((loser) => loser.person === person || !goes(loser.field)));
  if (edit === entry.edit && base === entry.base && losers === entry.losers) return false;
  database.run("UPDATE attention SET edit = ?, base = ?, losers = ? WHERE n = ?", [edit, base, losers, n]);
  return true;
}

function without(values: Values, goes: (field: string, value: Json) => boolean): Values {
  return Object.fromEntries(Object.entries(values).filter(([field, value]) => !goes(field, value)));
}

/** The deals `d` whose discount waits for an answer: asked for, not answered since, and not over (`discountState` of the domain). */
export const DISCOUNT_WAITS = `d.discount_asked_at IS NOT NULL AND d.discount_answered IS NOT d.discount_asked_at
  AND d.stage NOT IN ('won', 'lost') AND d.deleted IS NOT 1 AND json_extract(d.doc, '$.v.discount') IS NOT NULL`;

/**
 * What waits for this person: what became of his own edits, whom these met, the edits of others that are his to decide on, and the
 * discounts that a manager answers.
 */
export function countAttention(database: Database, isManager: boolean): number {
  const found = database.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM attention)
       + (SELECT count(*) FROM held_edit WHERE status = 'waiting' AND offer IS NULL AND deleted IS NOT 1
            AND doc ->> '$.v.code' <> 'missing_root')
       + (SELECT count(*) FROM deal d WHERE ?1 AND ${DISCOUNT_WAITS}) AS n`,
    [isManager ? 1 : 0],
  );
  return (found?.n ?? 0) + openConflicts(database).length;
}

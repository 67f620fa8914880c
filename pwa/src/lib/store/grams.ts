/**
 * The index of single letters and pairs, for search words that are too short for trigrams (docs/decisions/0052). It is made in
 * slices once the first load is complete, because the app is of use without it: until then short words are scanned for.
 */
import type { Kind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";

/** The kinds that have one, because the Customers screen searches at every letter typed; the others are scanned. */
export const KINDS_WITH_GRAMS = ["customer", "contact"] as const satisfies readonly Kind[];
type KindWithGrams = (typeof KINDS_WITH_GRAMS)[number];

/** Rows in one slice: some twenty milliseconds, between which the worker answers screens. */
const SLICE = 500;
const ALL = "all";

/** Tells whether the kind has, or will have, such an index. */
export function hasGrams(kind: Kind): kind is KindWithGrams {
  return (KINDS_WITH_GRAMS as readonly Kind[]).includes(kind);
}

/** The statements that begin the index of a kind anew, empty. */
export function gramStatements(kind: Kind): string[] {
  if (!hasGrams(kind)) return [];
  // "ascii" takes every letter beyond ASCII for a part of a token; the grams come ready, with spaces between.
  return [
    `DROP TABLE IF EXISTS "${kind}_grams"`,
    `CREATE VIRTUAL TABLE "${kind}_grams" USING fts5(grams, content='', tokenize='ascii', detail=none, columnsize=0)`,
    `DELETE FROM meta WHERE name = 'grams_${kind}'`,
  ];
}

/** Returns the highest row number up to which the index knows every row: 0 at first, infinite when it is complete. */
export function gramsReach(database: Database, kind: Kind): number {
  if (!hasGrams(kind)) return 0;
  const reached = readMeta(database, `grams_${kind}`);
  return reached === ALL ? Number.POSITIVE_INFINITY : Number(reached ?? 0);
}

/** Adds a row's text. */
export function addGrams(database: Database, kind: Kind, n: number, text: string): void {
  database.run(`INSERT INTO "${kind}_grams" (rowid, grams) VALUES (?, ?)`, [n, gramsOf(text)]);
}

/** Forgets a row's text; the table keeps none and has to be told. */
export function forgetGrams(database: Database, kind: Kind, n: number, text: string): void {
  database.run(`INSERT INTO "${kind}_grams" ("${kind}_grams", rowid, grams) VALUES ('delete', ?, ?)`, [
    n,
    gramsOf(text),
  ]);
}

/** Makes one more slice of one kind's index in a transaction; false if all are complete. */
export function extendGrams(database: Database): boolean {
  const kind = KINDS_WITH_GRAMS.find((one) => gramsReach(database, one) !== Number.POSITIVE_INFINITY);
  if (kind === undefined) return false;
  database.transaction(() => {
    const rows = database.all<{ n: number; text: string }>(
      `SELECT n, text FROM "${kind}_text" WHERE n > ? ORDER BY n LIMIT ?`,
      [gramsReach(database, kind), SLICE],
    );
    for (const { n, text } of rows) addGrams(database, kind, n, text);
    writeMeta(database, `grams_${kind}`, rows.length < SLICE ? ALL : (rows.at(-1)?.n ?? ALL));
  });
  return true;
}

/** Returns every letter of a folded text and every two that follow each other in a word, once each, with spaces between. */
export function gramsOf(text: string): string {
  const grams = new Set<string>();
  let before = "";
  for (const letter of text) {
    if (letter === " ") {
      before = "";
      continue;
    }
    grams.add(letter);
    if (before !== "") grams.add(before + letter);
    before = letter;
  }
  return [...grams].join(" ");
}

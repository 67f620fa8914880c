/**
 * Full text search over the visible records (SPEC R70–R72): every inner substring of any searched field, in any script.
 *
 * Words of three letters or more go through the trigram index, shorter ones through an index of single letters and pairs,
 * or a scan of the folded texts that stops at the limit (docs/decisions/0052); of numbers only the digits
 * count (docs/decisions/0271). The words of a contact and of custom fields find their customer too.
 */
import type { Kind } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "./database.ts";
import { gramsReach } from "./grams.ts";
import { NameKeys } from "./pinyin.ts";
import { isNumber, waysOf } from "./search-words.ts";
import { isIndexed, isSearched, KINDS, titleField } from "./tables.ts";

/** The kinds that can be searched. */
export const SEARCHED_KINDS: readonly Kind[] = KINDS.filter(isSearched);

const TRIGRAM = 3;

/** What a hit is named by: the record's id, or the number of its row, which leads to it at once. */
type Name = "id" | "n";
type NamedBy<N extends Name> = N extends "id" ? string : number;

/** What a customer is found by beside his own words. */
const PARTS = ["contact", "custom_value"] as const;

/** What names the customer of a record that is not one. */
const CUSTOMER: Readonly<Record<Name, string>> = {
  id: "x.customer",
  n: `(SELECT c.n FROM "customer_row" c WHERE c.id = x.customer)`,
};

/**
 * Returns the ids of the records of a kind that match the words of `search`: those whose name begins with it first, in
 * the order of names, then the others; for customers those of matching contacts and custom fields last. At most `offset + limit` are looked at.
 */
export function idsOfSearch(database: Database, kind: Kind, search: string, offset: number, limit: number): string[] {
  return hitsOf(database, kind, search, offset + limit, "id").slice(offset);
}

/** Returns the row numbers of at most `limit` customers that match, in the order of `idsOfSearch`. */
export function customersOfSearch(database: Database, search: string, limit: number): number[] {
  return hitsOf(database, "customer", search, limit, "n");
}

/**
 * Returns the row numbers of at most `limit` of the customers `among` that match, in the same order: each of their texts is looked at, and
 * each of their contacts and custom fields.
 */
export function customersAmong(database: Database, search: string, among: readonly number[], limit: number): number[] {
  const ways = waysOf(search);
  if (ways.length === 0) return [];
  const words = ways.flat();
  const numbers = JSON.stringify(among);
  const holdsAny = `(${ways.map((way) => way.map(holds).join(" AND ")).join(" OR ")})`;
  const start = new NameKeys(database).startOf(search);
  const found = database.all<{ hit: number }>(
    `SELECT x.n AS hit, x.sort_key >= ? AND x.sort_key < ? AS begins FROM json_each(?) j
     CROSS JOIN customer_text t ON t.n = j.value CROSS JOIN customer_row x ON x.n = j.value
     WHERE ${holdsAny} ORDER BY begins DESC, CASE begins WHEN 1 THEN x.sort_key END, x.n LIMIT ?`,
    [start, start === "" ? "" : `${start}\u{10ffff}`, numbers, ...words, limit],
  );
  const hits = new Set(found.map(({ hit }) => hit));
  for (const part of PARTS) {
    if (hits.size >= limit) break;
    const more = database.all<{ hit: number }>(
      `SELECT x.n AS hit FROM json_each(?) j CROSS JOIN customer_row x ON x.n = j.value
       CROSS JOIN ${part}_row p ON p.customer = x.id CROSS JOIN ${part}_text t ON t.n = p.n
       WHERE p.deleted IS NOT 1 AND ${holdsAny} ORDER BY p.n`,
      [numbers, ...words],
    );
    addAll(
      hits,
      more.map(({ hit }) => hit),
      limit,
    );
  }
  return [...hits];
}

function hitsOf<N extends Name>(database: Database, kind: Kind, search: string, wanted: number, by: N): NamedBy<N>[] {
  const ways = waysOf(search);
  const [words] = ways;
  if (words === undefined) return [];
  const hits = new Set(hitsByPrefix(database, kind, search, words, wanted, by));
  const looked = [
    [kind, `x."${by}"`],
    ...(kind === "customer" ? PARTS.map((part) => [part, CUSTOMER[by]] as const) : []),
  ];
  for (const [where, name] of looked as readonly (readonly [Kind, string])[]) {
    for (const way of ways) {
      if (hits.size < wanted) addAll(hits, hitsByText<N>(database, where, way, wanted, name), wanted);
    }
  }
  return [...hits];
}

function addAll<H>(hits: Set<H>, more: readonly (H | null)[], limit: number): void {
  for (const hit of more) {
    if (hits.size >= limit) return;
    if (hit !== null) hits.add(hit);
  }
}

function hitsByPrefix<N extends Name>(
  database: Database,
  kind: Kind,
  search: string,
  words: readonly string[],
  limit: number,
  by: N,
): NamedBy<N>[] {
  if (titleField(kind) === undefined) return [];
  const start = new NameKeys(database).startOf(search);
  if (start === "") return [];
  // A key sets Persian letters apart by appended marks, so the range may hold names that only seem to begin so.
  const found = database.all<{ hit: NamedBy<N> }>(
    `SELECT x."${by}" AS hit FROM "${kind}" x CROSS JOIN "${kind}_text" t ON t.n = x.n
     WHERE x.sort_key >= ? AND x.sort_key < ? AND x.deleted IS NOT 1 AND ${words.map(holds).join(" AND ")}
     ORDER BY x.sort_key LIMIT ?`,
    [start, `${start}\u{10ffff}`, ...words, limit],
  );
  return found.map(({ hit }) => hit);
}

/** `name` is the SQL of what a hit is named by; null for the part of a customer who is not here. */
function hitsByText<N extends Name>(
  database: Database,
  kind: Kind,
  words: readonly string[],
  limit: number,
  name: string,
): (NamedBy<N> | null)[] {
  const { table, terms, checked } = planOf(database, kind, words);
  const conditions = ["x.deleted IS NOT 1", ...checked.map(holds)];
  const values: SqlValue[] = [...checked];
  let from = `"${kind}_text" t CROSS JOIN "${kind}" x ON x.n = t.n`;
  if (table !== null) {
    const text = checked.length > 0 ? `CROSS JOIN "${kind}_text" t ON t.n = s.rowid` : "";
    from = `"${table}" s ${text} CROSS JOIN "${kind}" x ON x.n = s.rowid`;
    conditions.push(`s."${table}" MATCH ?`);
    values.push(terms.join(" AND "));
  }
  // Each customer once, however many contacts are called so; one more for the null that stands for all who are not here.
  const distinct = name.startsWith('x."') ? "" : "DISTINCT ";
  const found = database.all<{ hit: NamedBy<N> | null }>(
    `SELECT ${distinct}${name} AS hit FROM ${from} WHERE ${conditions.join(" AND ")} LIMIT ?`,
    [...values, limit + 1],
  );
  return found.map(({ hit }) => hit);
}

/** Which index to ask for what, and which words to look for in the texts it finds. */
interface Plan {
  /** null: every text is looked at. */
  readonly table: string | null;
  /** Each as FTS5 asks for it. */
  readonly terms: readonly string[];
  readonly checked: readonly string[];
}

function planOf(database: Database, kind: Kind, words: readonly string[]): Plan {
  const length = (word: string) => [...word].length;
  const long = words.filter((word) => length(word) >= TRIGRAM);
  if (!isIndexed(database)) return { table: null, terms: [], checked: words };
  if (long.length > 0) {
    // A word of exactly three letters is its own trigram: the index has said all there is to say.
    const checked = words.filter((word) => length(word) !== TRIGRAM);
    return { table: `${kind}_search`, terms: [...new Set(long.flatMap(termsOf))], checked };
  }
  if (gramsReach(database, kind) === Number.POSITIVE_INFINITY)
    return { table: `${kind}_grams`, terms: words.map(quoted), checked: [] };
  return { table: null, terms: [], checked: words };
}

/** The condition under which the text t holds a word. */
const holds = (word: string): string =>
  isNumber(word) ? "instr(replace(t.text, ' ', ''), ?) > 0" : "instr(t.text, ?) > 0";

const quoted = (term: string): string => `"${term}"`;

/** What the trigrams of a text must be for it to hold a word. */
const termsOf = (word: string): string[] => (isNumber(word) ? termsOfNumber(word) : trigramsOf(word).map(quoted));

/**
 * Of three digits that follow each other in a number a text has one of three trigrams: they stand together, or a space is before the
 * second, or before the third only. Its first three, its last and those between leave few texts to look at.
 */
function termsOfNumber(number: string): string[] {
  const last = number.length - TRIGRAM;
  const starts = new Set([0, Math.ceil(last / 2), last]);
  return [...starts].map((start) => {
    const [a, b, c] = number.slice(start, start + TRIGRAM);
    return `(${[`${a}${b}${c}`, `${a} ${b}`, `${b} ${c}`].map(quoted).join(" OR ")})`;
  });
}

/** Every three letters of a word that follow each other. */
export function trigramsOf(word: string): string[] {
  const letters = [...word];
  return letters.slice(TRIGRAM - 1).map((_, at) => letters.slice(at, at + TRIGRAM).join(""));
}

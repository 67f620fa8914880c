/**
 * Full text search over the visible records (SPEC R70–R72): every inner substring of any searched field, in any script.
 *
 * Words of three letters or more go through the trigram index, shorter ones through an index of single letters and pairs,
 * or a scan of the folded texts that stops at the limit (docs/decisions/0052). The words of a contact and of custom fields find their customer too.
 */
import { normalise, normalisePhone } from "$sync/normalise.ts";
import type { Kind } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "./database.ts";
import { gramsReach } from "./grams.ts";
import { NameKeys } from "./pinyin.ts";
import { isIndexed, isSearched, KINDS, titleField } from "./tables.ts";

/** The kinds that can be searched. */
export const SEARCHED_KINDS: readonly Kind[] = KINDS.filter(isSearched);

const TRIGRAM = 3;
/** Digits and what people write between them; so many digits are a phone number and not a house number. */
const PHONE = /^[\d\s()+./\u0660-\u0669\u06f0-\u06f9-]+$/;
const PHONE_DIGITS = 5;
/** A Russian number: 7 from abroad and 8 at home, then ten digits. */
const RUSSIAN = /^[78](\d{10})$/;

/** Returns the words that a text must contain, each one somewhere. */
export function wordsOf(search: string): string[] {
  const digits = PHONE.test(search.trim()) ? normalisePhone(search) : "";
  if (digits.length >= PHONE_DIGITS) return [withoutTrunk(digits)];
  return [...new Set(normalise(search).split(" "))].filter((word) => word !== "");
}

/**
 * Returns the ways to read a search, each the words that a text must contain: a number that begins with 0 is also looked for
 * without its zeros, because phone numbers are kept without them; however few digits have been typed yet.
 */
export function waysOf(search: string): readonly (readonly string[])[] {
  const words = wordsOf(search);
  if (!PHONE.test(search.trim()) || !normalise(search).startsWith("0")) return words.length === 0 ? [] : [words];
  const digits = withoutTrunk(normalisePhone(search));
  return digits === "" || digits === words.join(" ") ? [words] : [words, [digits]];
}

/** Returns what the digits of a phone number have in common however a Russian one begins. */
export const withoutTrunk = (digits: string): string => digits.replace(RUSSIAN, "$1");

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
  const holds = `(${ways.map((way) => way.map(() => "instr(t.text, ?) > 0").join(" AND ")).join(" OR ")})`;
  const start = new NameKeys(database).startOf(search);
  const found = database.all<{ hit: number }>(
    `SELECT x.n AS hit, x.sort_key >= ? AND x.sort_key < ? AS begins FROM json_each(?) j
     CROSS JOIN customer_text t ON t.n = j.value CROSS JOIN customer_row x ON x.n = j.value
     WHERE ${holds} ORDER BY begins DESC, CASE begins WHEN 1 THEN x.sort_key END, x.n LIMIT ?`,
    [start, start === "" ? "" : `${start}\u{10ffff}`, numbers, ...words, limit],
  );
  const hits = new Set(found.map(({ hit }) => hit));
  for (const part of PARTS) {
    if (hits.size >= limit) break;
    const more = database.all<{ hit: number }>(
      `SELECT x.n AS hit FROM json_each(?) j CROSS JOIN customer_row x ON x.n = j.value
       CROSS JOIN ${part}_row p ON p.customer = x.id CROSS JOIN ${part}_text t ON t.n = p.n
       WHERE p.deleted IS NOT 1 AND ${holds} ORDER BY p.n`,
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
     WHERE x.sort_key >= ? AND x.sort_key < ? AND x.deleted IS NOT 1 AND ${words.map(() => "instr(t.text, ?) > 0").join(" AND ")}
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
  const conditions = ["x.deleted IS NOT 1", ...checked.map(() => "instr(t.text, ?) > 0")];
  const values: SqlValue[] = [...checked];
  let from = `"${kind}_text" t CROSS JOIN "${kind}" x ON x.n = t.n`;
  if (table !== null) {
    const text = checked.length > 0 ? `CROSS JOIN "${kind}_text" t ON t.n = s.rowid` : "";
    from = `"${table}" s ${text} CROSS JOIN "${kind}" x ON x.n = s.rowid`;
    conditions.push(`s."${table}" MATCH ?`);
    values.push(terms.map((term) => `"${term}"`).join(" AND "));
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
    return { table: `${kind}_search`, terms: [...new Set(long.flatMap(trigramsOf))], checked };
  }
  if (gramsReach(database, kind) === Number.POSITIVE_INFINITY)
    return { table: `${kind}_grams`, terms: words, checked: [] };
  return { table: null, terms: [], checked: words };
}

/** Every three letters of a word that follow each other. */
export function trigramsOf(word: string): string[] {
  const letters = [...word];
  return letters.slice(TRIGRAM - 1).map((_, at) => letters.slice(at, at + TRIGRAM).join(""));
}

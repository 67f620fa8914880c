/**
 * Full text search over the visible records (SPEC R70–R72): every inner substring of any searched field, in any script.
 *
 * Words of three letters or more go through the trigram index, shorter ones through an index of single letters and pairs,
 * or a scan of the folded texts that stops at the limit (docs/decisions/0052). The words of a contact and of custom fields find their customer too.
 */
import { normalise, normalisePhone, sortKey } from "$sync/normalise.ts";
import type { Kind } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "./database.ts";
import { gramsReach } from "./grams.ts";
import { isIndexed, isSearched, KINDS, titleField } from "./tables.ts";

/** The kinds that can be searched. */
export const SEARCHED_KINDS: readonly Kind[] = KINDS.filter(isSearched);

const TRIGRAM = 3;
/** Digits and what people write between them; so many digits are a phone number and not a house number. */
const PHONE = /^[\d\s()+./\u0660-\u0669\u06f0-\u06f9-]+$/;
const PHONE_DIGITS = 5;

/** Returns the words that a text must contain, each one somewhere. */
export function wordsOf(search: string): string[] {
  const digits = PHONE.test(search.trim()) ? normalisePhone(search) : "";
  if (digits.length >= PHONE_DIGITS) return [digits];
  return [...new Set(normalise(search).split(" "))].filter((word) => word !== "");
}

/**
 * Returns the ids of the records of a kind that match the words of `search`: those whose name begins with it first, in
 * the order of names, then the others; for customers those of matching contacts and custom fields last. At most `offset + limit` are looked at.
 */
export function idsOfSearch(database: Database, kind: Kind, search: string, offset: number, limit: number): string[] {
  const words = wordsOf(search);
  if (words.length === 0) return [];
  const wanted = offset + limit;
  const ids = new Set(idsByPrefix(database, kind, search, words, wanted));
  if (ids.size < wanted) addAll(ids, idsByText(database, kind, words, wanted), wanted);
  if (kind === "customer" && ids.size < wanted) {
    addAll(ids, idsByText(database, "contact", words, wanted, "customer"), wanted);
    addAll(ids, idsByText(database, "custom_value", words, wanted, "customer"), wanted);
  }
  return [...ids].slice(offset, wanted);
}

function addAll(ids: Set<string>, more: readonly string[], limit: number): void {
  for (const id of more) {
    if (ids.size >= limit) return;
    ids.add(id);
  }
}

function idsByPrefix(
  database: Database,
  kind: Kind,
  search: string,
  words: readonly string[],
  limit: number,
): string[] {
  if (titleField(kind) === undefined) return [];
  const start = sortKey(normalise(search)).split("\u0001", 1)[0] ?? "";
  if (start === "") return [];
  // A key sets Persian letters apart by appended marks, so the range may hold names that only seem to begin so.
  const found = database.all<{ id: string }>(
    `SELECT x.id FROM "${kind}" x CROSS JOIN "${kind}_text" t ON t.n = x.n
     WHERE x.sort_key >= ? AND x.sort_key < ? AND x.deleted IS NOT 1 AND ${words.map(() => "instr(t.text, ?) > 0").join(" AND ")}
     ORDER BY x.sort_key LIMIT ?`,
    [start, `${start}\u{10ffff}`, ...words, limit],
  );
  return found.map(({ id }) => id);
}

function idsByText(
  database: Database,
  kind: Kind,
  words: readonly string[],
  limit: number,
  column: "id" | "customer" = "id",
): string[] {
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
  const found = database.all<{ id: string }>(
    `SELECT x."${column}" AS id FROM ${from} WHERE ${conditions.join(" AND ")} LIMIT ?`,
    [...values, limit],
  );
  return found.map(({ id }) => id);
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

import { normalise, normalisePhone } from "$sync/normalise.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { idsOfSearch, trigramsOf } from "../search.ts";
import { isIndexed } from "../tables.ts";
import { likeness } from "./likeness.ts";

/** What has been typed of a customer so far; "" where nothing was. */
export interface TypedCustomer {
  readonly name: string;
  readonly city: string;
  readonly phone: string;
  readonly email: string;
  readonly tax_number: string;
}

/** A customer who may be the one that is being typed, with all that tells him; `lib/domain/duplicate.ts` judges. */
export interface KnownCustomer {
  readonly id: string;
  readonly name: string;
  readonly street: string | null;
  readonly city: string | null;
  readonly tax_number: string | null;
  /** His own and those of his people. */
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

/** Of each way: who has the number, whose name begins so, whose name is nearly so. */
const MOST = 12;
/** Names looked at, at most. */
const MOST_NAMES = 400;
/** How alike a name must be to be looked at more closely, 0 to 1. */
const NEARLY = 0.7;
/** Parts of a name that more customers share say nothing. */
const COMMON = 1000;
const MOST_TERMS = 10;
/** The end of a telephone number that is written alike with and without the country's code. */
export const TELLING_DIGITS = 7;

/** The customers on the device who share enough with what is typed to be worth a closer look. */
export const customersAlike = defineQuery<TypedCustomer, KnownCustomer[]>({
  reads: ["customer", "contact"],
  run(database, typed) {
    const digits = normalisePhone(typed.phone);
    const exact = [
      digits.length < TELLING_DIGITS ? "" : digits.slice(-TELLING_DIGITS),
      typed.email,
      typed.name,
      typed.tax_number,
    ].flatMap((search) => (search.trim() === "" ? [] : idsOfSearch(database, "customer", search, 0, MOST)));
    const near = sharing(database, typed.name)
      .map(({ id, name }) => ({ id, alike: likeness(name, typed.name) }))
      .filter(({ alike }) => alike >= NEARLY)
      .sort((a, b) => b.alike - a.alike)
      .slice(0, MOST);
    const numbered = sharing(database, typed.tax_number).slice(0, MOST);
    return [...new Set([...exact, ...[...near, ...numbered].map(({ id }) => id)])].flatMap((id) =>
      knownOf(database, id),
    );
  },
});

/** The customers who share most of the rarer trigrams of a text: misspelt or shortened it is found, too. */
function sharing(database: Database, text: string): { id: string; name: string }[] {
  if (!isIndexed(database)) return [];
  const all = new Set(
    normalise(text)
      .split(" ")
      .flatMap((word) => trigramsOf(word)),
  );
  const terms = [...all]
    .map((term) => ({ term: `"${term}"`, count: countOf(database, `"${term}"`) }))
    .filter(({ count }) => count > 0 && count <= COMMON)
    .sort((a, b) => a.count - b.count)
    .slice(0, MOST_TERMS)
    .map(({ term }) => term);
  if (terms.length === 0) return [];
  const each = terms.map(() => "SELECT rowid FROM customer_search WHERE customer_search MATCH ?").join(" UNION ALL ");
  return database.all<{ id: string; name: string }>(
    `SELECT x.id, x.name FROM (SELECT rowid, count(*) AS shared FROM (${each}) GROUP BY rowid ORDER BY shared DESC LIMIT ?) s
     CROSS JOIN customer x ON x.n = s.rowid WHERE x.deleted IS NOT 1 ORDER BY s.shared DESC LIMIT ?`,
    [...terms, MOST_NAMES, MOST_NAMES],
  );
}

function countOf(database: Database, term: string): number {
  return (
    database.get<{ n: number }>(
      "SELECT count(*) AS n FROM (SELECT 1 FROM customer_search WHERE customer_search MATCH ? LIMIT ?)",
      [term, COMMON + 1],
    )?.n ?? 0
  );
}

interface Reach {
  readonly phone?: string | null;
  readonly email?: string | null;
}

function knownOf(database: Database, id: string): KnownCustomer[] {
  const row = database.get<{ doc: string }>("SELECT doc FROM customer WHERE id = ? AND deleted IS NOT 1", [id]);
  if (row === undefined) return [];
  const { v }: { v: Reach & Partial<Pick<KnownCustomer, "name" | "street" | "city" | "tax_number">> } = JSON.parse(
    row.doc,
  );
  const people = database
    .all<{ doc: string }>("SELECT doc FROM contact WHERE customer = ? AND deleted IS NOT 1 LIMIT 20", [id])
    .map(({ doc }): Reach => JSON.parse(doc).v);
  const every = (field: keyof Reach) =>
    [v, ...people].flatMap((one) => (one[field] === undefined || one[field] === null ? [] : [one[field]]));
  return [
    {
      id,
      name: v.name ?? "",
      street: v.street ?? null,
      city: v.city ?? null,
      tax_number: v.tax_number ?? null,
      phones: every("phone"),
      emails: every("email"),
    },
  ];
}

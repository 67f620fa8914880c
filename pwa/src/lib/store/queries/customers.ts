import type { CustomerPhase, CustomerValueClass } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "../database.ts";
import { MAX_COUNTED } from "../limits.ts";
import { defineQuery, type QueryContext } from "../query.ts";
import { customersAmong, customersOfSearch } from "../search.ts";
import { isIndexed } from "../tables.ts";
import { boxAround, distanceBetween, METRES_PER_MICRODEGREE, type Place } from "./around.ts";
import { type Condition, type CustomersFilter, conditionOf } from "./customers-filter.ts";

export type { Place } from "./around.ts";
export type { CustomersConditions, CustomersFilter } from "./customers-filter.ts";

/** What the Customers screen asks. */
export interface CustomersParameters {
  /** Any part of name, place, phone, tag or contact, as typed; "" for everything. */
  readonly search: string;
  readonly filter: CustomersFilter;
  /**
   * `last_visit`: the longest unseen first. `value`: the greatest revenue of twelve months first. `distance`: the nearest to `here`
   * first, those without a place last; nobody where `here` is not known. A search sorts by rank.
   */
  readonly sort: "name" | "last_visit" | "value" | "distance";
  readonly offset: number;
  readonly limit: number;
  /** Where the device is; gives every row its distance. */
  readonly here?: Place;
  /** False to be told the rows without waiting until all that match are counted. */
  readonly counted?: boolean;
}

/** A customer in a list. */
export interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly street: string | null;
  readonly city: string | null;
  readonly country: string | null;
  readonly phone: string | null;
  readonly value_class: CustomerValueClass | null;
  readonly phase: CustomerPhase | null;
  readonly owner: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Milliseconds since 1970 UTC, null for never. */
  readonly lastVisitAt: number | null;
  /** Metres from `here`, null where either place is unknown. */
  readonly distance: number | null;
}

/** One page of the list. */
export interface CustomersPage {
  readonly rows: readonly CustomerRow[];
  /** How many match; in a search at most MAX_COUNTED, which means "that many or more". */
  readonly total: number;
  /** False where nobody has counted: then at least `total` match. */
  readonly isCounted: boolean;
  /** Milliseconds that the query took in the worker. */
  readonly ms: number;
}

/** On how many hits a filter is tried first: most of them pass most filters. */
const FEW_FILTERED = MAX_COUNTED + 50;
/** How many more are tried next at least, and beyond how many should be enough by the part of them that passed. */
const GROWTH = 4;
const MARGIN = 1.25;
/** Among how many who pass a filter the search looks at each. */
const MOST_SEARCHED = 5000;
/** More than any book has. */
const EVERYBODY = 1_000_000;
/** In micro-degrees: what is far enough for any place from any other. */
const EVERYWHERE = 360_000_000;

const COLUMNS = `id, name, street, city, country, phone, value_class, phase, owner, latitude, longitude,
  last_visit_at AS lastVisitAt`;
/** By distance those who have no place stand by name. */
const SORTS = {
  name: "sort_key",
  last_visit: "last_visit_at IS NOT NULL, last_visit_at, sort_key",
  value: "revenue_12m DESC, sort_key",
  distance: "sort_key",
} as const;

type Found = Omit<CustomerRow, "distance">;
type SqlCondition = Pick<Condition, "sql" | "values">;

/** The customers that match, one page of them. */
export const customersPage = defineQuery<CustomersParameters, CustomersPage>({
  reads: ["customer", "contact", "custom_value", "visit"],
  run(database, parameters, context) {
    const start = performance.now();
    const { rows, total, isCounted = true } = findPage(database, parameters, context);
    return {
      rows: rows.map((row) => ({ ...row, distance: distanceBetween(row, parameters.here) })),
      total,
      isCounted,
      ms: performance.now() - start,
    };
  },
});

function findPage(
  database: Database,
  parameters: CustomersParameters,
  { remembered, recalled }: QueryContext,
): { rows: Found[]; total: number; isCounted?: boolean } {
  const { search, filter, sort, offset, limit, here, counted = true } = parameters;
  const condition = conditionOf(filter, here);
  const { sql, values } = condition;
  if (search.trim() !== "") return findHits(database, parameters, condition);
  const order = filter.name === "near" ? "distance" : sort;
  if (order === "distance" && here === undefined) return { rows: [], total: 0 };
  const rows =
    here !== undefined && order === "distance"
      ? nearest(database, here, condition, offset, limit)
      : sortedBy(SORTS[order], database, condition, offset, limit);
  const count = () => countOf(database, condition);
  const key = `customers ${sql} ${values.join()}`;
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  if (!counted && rows.length > 0 && recalled(key) === null)
    return { rows, total: offset + rows.length, isCounted: false };
  return { rows, total: condition.isSteady ? remembered(key, count) : count() };
}

function countOf(database: Database, { sql, values }: SqlCondition): number {
  const sqlOfAll = `SELECT count(*) AS n FROM customer WHERE ${sql} AND ?1 IS NULL`;
  return database.get<{ n: number }>(sqlOfAll, [null, ...values])?.n ?? 0;
}

function sortedBy(
  order: string,
  database: Database,
  { sql, values }: SqlCondition,
  offset: number,
  limit: number,
): Found[] {
  return database.all<Found>(
    `SELECT ${COLUMNS} FROM customer WHERE ${sql} ORDER BY ${order} LIMIT ?1 OFFSET ?${values.length + 2}`,
    [limit, ...values, offset],
  );
}

/** The hits of a search in the order of their rank; those that pass the filter. */
function findHits(
  database: Database,
  { search, filter, offset, limit, counted = true }: CustomersParameters,
  condition: Condition,
): { rows: Found[]; total: number; isCounted?: boolean } {
  const isFiltered = filter.name !== "all" && filter.name !== "near";
  if (!isFiltered) {
    const hits = customersOfSearch(database, search, Math.max(MAX_COUNTED, offset + limit));
    const rows = rowsOf(database, hits.slice(offset, offset + limit), condition.sql, condition.values, limit);
    return { rows, total: hits.length };
  }
  const wanted = counted ? MAX_COUNTED : Math.min(MAX_COUNTED, offset + limit);
  const rows = passingHits(database, search, condition, wanted);
  const isCounted = rows.length < wanted || wanted === MAX_COUNTED;
  return { rows: rows.slice(offset, offset + limit), total: rows.length, isCounted };
}

/**
 * The first `wanted` hits that pass a filter: where the first few do not decide, as many more are tried as should be enough. Before
 * these are many the filter goes first, by its own index, if few pass it (docs/decisions/0210, 0224).
 */
function passingHits(database: Database, search: string, { sql, values }: SqlCondition, wanted: number): Found[] {
  let isAsked = !isIndexed(database);
  for (let tried = FEW_FILTERED; ; ) {
    const hits = customersOfSearch(database, search, tried);
    const rows = rowsOf(database, hits, sql, values, wanted);
    if (rows.length === wanted || hits.length < tried) return rows;
    const expected = Math.ceil(((tried * wanted) / Math.max(rows.length, 1)) * MARGIN);
    tried = Math.max(tried * GROWTH, expected);
    if (isAsked || tried <= MOST_SEARCHED) continue;
    isAsked = true;
    const passing = fewWhoPass(database, { sql, values });
    if (passing !== null) {
      const among = customersAmong(database, search, passing, wanted);
      return rowsOf(database, among, sql, values, wanted);
    }
  }
}

/** The row numbers of all who pass a filter, null where they are many. */
function fewWhoPass(database: Database, { sql, values }: SqlCondition): number[] | null {
  const passing = database.all<{ n: number }>(`SELECT n FROM customer WHERE ${sql} LIMIT ?1`, [
    MOST_SEARCHED + 1,
    ...values,
  ]);
  return passing.length > MOST_SEARCHED ? null : passing.map(({ n }) => n);
}

/** The first `limit` customers of these row numbers that pass, in their order. */
function rowsOf(
  database: Database,
  hits: readonly number[],
  sql: string,
  values: readonly SqlValue[],
  limit: number,
): Found[] {
  // The numbers are gone through in their order; sorting by it would read every row of a customer who passes before the first is known.
  const found = database.all<Found & { rank: number }>(
    `SELECT j.rank, ${COLUMNS} FROM (SELECT key AS rank, value AS hit FROM json_each(?1)) j CROSS JOIN customer ON customer.n = j.hit
     WHERE ${sql} LIMIT ${limit}`,
    [JSON.stringify(hits), ...values],
  );
  return found.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...row }) => row);
}

/** The customers around a place: a box on the latitude index that doubles until it holds enough; then those who have no place, by name. */
function nearest(database: Database, here: Place, condition: Condition, offset: number, limit: number): Found[] {
  const { sql, values } = condition;
  const wanted = offset + limit;
  for (let reach = 20_000; ; reach *= 2) {
    const box = inBox(condition, here, reach);
    // Counting costs far less than reading.
    if (reach < EVERYWHERE && countOf(database, box) < wanted) continue;
    const near = nearestIn(database, box, here, reach);
    if (reach < EVERYWHERE && near.length < wanted) continue;
    const hits = near.slice(offset, wanted).map(({ n }) => n);
    const rows = rowsOf(database, hits, sql, values, limit);
    if (rows.length === limit) return rows;
    const placeless = { sql: `${sql} AND (latitude IS NULL OR longitude IS NULL)`, values };
    return [
      ...rows,
      ...sortedBy(SORTS.distance, database, placeless, Math.max(0, offset - near.length), limit - rows.length),
    ];
  }
}

/** Of whom a condition holds, those in a box around a place. */
function inBox({ sql, values }: SqlCondition, here: Place, reach: number): SqlCondition {
  const all = [...values];
  const box = boxAround(here, reach, (value) => `?${all.push(value) + 1}`);
  return { sql: [sql, ...box].join(" AND "), values: all };
}

/** The row numbers of those in the box who are not farther than `reach`, the nearest first. */
function nearestIn(database: Database, { sql, values }: SqlCondition, here: Place, reach: number) {
  const found = database.all<Place & { readonly n: number }>(
    `SELECT n, latitude, longitude FROM customer WHERE ${sql} LIMIT ?1`,
    [EVERYBODY, ...values],
  );
  return (
    found
      .map((row) => ({ n: row.n, distance: distanceBetween(row, here) ?? 0 }))
      // The corners of the box are farther than its sides: outside the circle something nearer may be missing.
      .filter(({ distance }) => distance <= reach * METRES_PER_MICRODEGREE)
      .sort((a, b) => a.distance - b.distance || a.n - b.n)
  );
}

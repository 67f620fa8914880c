import type { CustomerPhase, CustomerValueClass } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "../database.ts";
import { MAX_COUNTED } from "../limits.ts";
import { defineQuery, type QueryContext } from "../query.ts";
import { customersOfSearch } from "../search.ts";
import {
  type Condition,
  type CustomersFilter,
  conditionOf,
  METRES_PER_MICRODEGREE,
  type Place,
  shrinkAt,
} from "./customers-filter.ts";

export type { CustomersConditions, CustomersFilter, Place } from "./customers-filter.ts";

/** What the Customers screen asks. */
export interface CustomersParameters {
  /** Any part of name, place, phone, tag or contact, as typed; "" for everything. */
  readonly search: string;
  readonly filter: CustomersFilter;
  /**
   * `last_visit`: the longest unseen first. `value`: the greatest revenue of twelve months first. `distance`: the nearest to `here`
   * first, nobody where that is not known. A search sorts by rank.
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

/** How many hits a filter is tried on: first a few, because most of them pass most filters, and then as many as this. */
const MAX_FILTERED = 2000;
const FEW_FILTERED = MAX_COUNTED + 50;
/** How many customers are sorted by distance. */
const MAX_NEAR = 5000;

const COLUMNS = `id, name, street, city, country, phone, value_class, phase, owner, latitude, longitude,
  last_visit_at AS lastVisitAt`;
const SORTS = {
  name: "sort_key",
  last_visit: "last_visit_at IS NOT NULL, last_visit_at, sort_key",
  value: "revenue_12m DESC, sort_key",
} as const;

type Found = Omit<CustomerRow, "distance">;

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
  { now, remembered, recalled }: QueryContext,
): { rows: Found[]; total: number; isCounted?: boolean } {
  const { search, filter, sort, offset, limit, here, counted = true } = parameters;
  const condition = conditionOf(filter, now, here);
  const { sql, values } = condition;
  if (search.trim() !== "") return findHits(database, search, filter, condition, offset, limit);
  if (filter.name === "near" || sort === "distance")
    return here === undefined ? { rows: [], total: 0 } : nearest(database, here, condition, offset, limit);
  const rows = database.all<Found>(
    `SELECT ${COLUMNS} FROM customer WHERE ${sql} ORDER BY ${SORTS[sort]} LIMIT ?1 OFFSET ?${values.length + 2}`,
    [limit, ...values, offset],
  );
  const count = () =>
    database.get<{ n: number }>(`SELECT count(*) AS n FROM customer WHERE ${sql} AND ?1 IS NULL`, [null, ...values])
      ?.n ?? 0;
  const key = `customers ${sql} ${values.join()}`;
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  if (!counted && rows.length > 0 && recalled(key) === null)
    return { rows, total: offset + rows.length, isCounted: false };
  return { rows, total: condition.isSteady ? remembered(key, count) : count() };
}

/** The hits of a search in the order of their rank; those that pass the filter. */
function findHits(
  database: Database,
  search: string,
  filter: CustomersFilter,
  { sql, values }: Condition,
  offset: number,
  limit: number,
): { rows: Found[]; total: number } {
  const isFiltered = filter.name !== "all" && filter.name !== "near";
  if (!isFiltered) {
    const hits = customersOfSearch(database, search, Math.max(MAX_COUNTED, offset + limit));
    return { rows: rowsOf(database, hits.slice(offset, offset + limit), sql, values, limit), total: hits.length };
  }
  let rows: Found[] = [];
  for (const tried of [FEW_FILTERED, MAX_FILTERED]) {
    const hits = customersOfSearch(database, search, tried);
    rows = rowsOf(database, hits, sql, values, MAX_COUNTED);
    if (rows.length === MAX_COUNTED || hits.length < tried) break;
  }
  return { rows: rows.slice(offset, offset + limit), total: rows.length };
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

/** The customers around a place: a box on the latitude index that doubles until it holds enough, sorted by distance. */
function nearest(
  database: Database,
  here: Place,
  { sql, values }: Condition,
  offset: number,
  limit: number,
): { rows: Found[]; total: number } {
  const stretch = shrinkAt(here);
  const [first, second, third, fourth] = [2, 3, 4, 5].map((number) => `?${values.length + number}`);
  const wanted = offset + limit;
  for (let reach = 20_000; ; reach *= 2) {
    const found = database.all<Found>(
      `SELECT ${COLUMNS} FROM customer WHERE ${sql} AND latitude BETWEEN ${first} AND ${second}
         AND longitude BETWEEN ${third} AND ${fourth} LIMIT ?1`,
      [
        MAX_NEAR,
        ...values,
        here.latitude - reach,
        here.latitude + reach,
        here.longitude - reach / stretch,
        here.longitude + reach / stretch,
      ],
    );
    const near = found
      .map((row) => ({ row, distance: distanceBetween(row, here) ?? Number.POSITIVE_INFINITY }))
      // The corners of the box are farther than its sides: outside the circle something nearer may be missing.
      .filter(({ distance }) => distance <= reach * METRES_PER_MICRODEGREE || reach > 90_000_000)
      .sort((a, b) => a.distance - b.distance);
    if (near.length >= wanted || reach > 90_000_000) {
      return { rows: near.slice(offset, wanted).map(({ row }) => row), total: near.length };
    }
  }
}

/** Metres between two places on the sphere, null where one is unknown. */
export function distanceBetween(
  a: { readonly latitude: number | null; readonly longitude: number | null },
  b: Place | undefined,
): number | null {
  if (b === undefined || a.latitude === null || a.longitude === null) return null;
  const radians = Math.PI / 180 / 1e6;
  const [p, q] = [a.latitude * radians, b.latitude * radians];
  const half =
    Math.sin((p - q) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin(((a.longitude - b.longitude) * radians) / 2) ** 2;
  return Math.round(2 * 6_371_008 * Math.asin(Math.min(1, Math.sqrt(half))));
}

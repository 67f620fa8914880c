import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";

/** A value that customers have, and how many have it. */
export interface Facet {
  readonly value: string;
  readonly count: number;
}

/** What the filters can be chosen from, the most frequent first. */
export interface CustomersFacets {
  readonly cities: readonly Facet[];
  /** Those of the customers looked at: tags lie in the documents, and not all are read for a suggestion. */
  readonly tags: readonly Facet[];
  /** Ids. */
  readonly owners: readonly Facet[];
  readonly territories: readonly Facet[];
}

/** Documents looked at for tags: some tens of milliseconds. */
const LOOKED_AT = 3000;

/** The cities, tags, owners and territories of the customers on this device. */
export const customersFacets = defineQuery<{ limit: number }, CustomersFacets>({
  reads: ["customer"],
  run(database, { limit }) {
    const tags = database.all<Facet>(
      `SELECT e.key AS value, count(*) AS count
       FROM (SELECT doc FROM customer WHERE deleted IS NOT 1 LIMIT ?) c, json_each(c.doc, '$.v.tags') e
       WHERE json_array_length(e.value, '$[0]') > 0 AND json_array_length(e.value, '$[1]') = 0
       GROUP BY e.key ORDER BY count DESC, value LIMIT ?`,
      [LOOKED_AT, limit],
    );
    return {
      tags,
      cities: countsOf(database, "city", limit),
      owners: countsOf(database, "owner", limit),
      territories: countsOf(database, "territory", limit),
    };
  },
});

function countsOf(database: Database, column: "city" | "owner" | "territory", limit: number): Facet[] {
  return database.all<Facet>(
    `SELECT ${column} AS value, count(*) AS count FROM customer WHERE deleted IS NOT 1 AND ${column} IS NOT NULL
     GROUP BY ${column} ORDER BY count DESC, value LIMIT ?`,
    [limit],
  );
}

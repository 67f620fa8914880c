import { defineQuery } from "../query.ts";

/** A territory in a list. */
export interface TerritoryRow {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** ISO 3166, null where it is not said. */
  readonly country: string | null;
  /** True if this device holds its customers. */
  readonly held: boolean;
}

/** The territories by name. */
export const territoryList = defineQuery<{ limit: number }, TerritoryRow[]>({
  reads: ["territory"],
  run(database, { limit }) {
    return database
      .all<Omit<TerritoryRow, "held"> & { held: number }>(
        `SELECT id, name, parent, doc ->> '$.v.country' AS country, EXISTS (SELECT 1 FROM cursor WHERE bucket = 't:' || territory.id) AS held
         FROM territory WHERE deleted IS NOT 1 ORDER BY sort_key LIMIT ?`,
        [limit],
      )
      .map((row) => ({ ...row, held: row.held === 1 }));
  },
});

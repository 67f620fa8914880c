import type { Json } from "$sync/joins.ts";
import { defineQuery } from "../query.ts";

/** A named choice. */
export interface SettingValue {
  readonly id: string;
  /** The person it belongs to, or "shared". */
  readonly root: string;
  readonly name: string;
  readonly value: Json;
}

interface Found extends Omit<SettingValue, "value"> {
  readonly value: string | null;
}

const valued = (row: Found): SettingValue => ({
  ...row,
  value: row.value === null ? null : (JSON.parse(row.value) as Json),
});

/** All settings that this device has: the organisation's and the person's own. */
export const settingList = defineQuery<{ limit: number }, SettingValue[]>({
  reads: ["setting"],
  run(database, { limit }) {
    return database
      .all<Found>(
        `SELECT id, root, name, doc -> '$.v.value' AS value FROM setting
         WHERE deleted IS NOT 1 ORDER BY root = 'shared' DESC, name, id LIMIT ?`,
        [limit],
      )
      .map(valued);
  },
});

/** The settings of a name: the person's own first, then the organisation's. */
export const settingValues = defineQuery<{ name: string }, SettingValue[]>({
  reads: ["setting"],
  run(database, { name }) {
    return database
      .all<Found>(
        `SELECT id, root, name, doc -> '$.v.value' AS value FROM setting
         WHERE name = ? AND deleted IS NOT 1 ORDER BY root = 'shared', id LIMIT 20`,
        [name],
      )
      .map(valued);
  },
});

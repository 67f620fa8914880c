import { defineQuery } from "../query.ts";

/** A closed day as it is recorded. */
export interface HolidayRow {
  readonly id: string;
  /** ISO. */
  readonly day: string;
  /** In the country's own language. */
  readonly name: string;
  /** In others, by language. */
  readonly nameIn: Readonly<Record<string, string>>;
  /** Null for everybody. */
  readonly country: string | null;
  /** The organisation works all the same. */
  readonly working: boolean;
}

type Found = Omit<HolidayRow, "nameIn" | "working"> & {
  readonly nameIn: string | null;
  readonly working: number | null;
};

/** The holidays from one day to another, both included, by day. */
export const holidayList = defineQuery<{ firstDay: string; lastDay: string; limit: number }, HolidayRow[]>({
  reads: ["holiday"],
  run(database, { firstDay, lastDay, limit }) {
    return database
      .all<Found>(
        `SELECT id, day, name, country, working, doc -> '$.v.name_in' AS nameIn FROM holiday
         WHERE day BETWEEN ? AND ? AND deleted IS NOT 1 ORDER BY day, country, name LIMIT ?`,
        [firstDay, lastDay, limit],
      )
      .map((row) => ({ ...row, working: row.working === 1, nameIn: JSON.parse(row.nameIn ?? "{}") ?? {} }));
  },
});

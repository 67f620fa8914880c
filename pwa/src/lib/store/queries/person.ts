import type { PersonRole } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";

/** A colleague in a list. */
export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly role: PersonRole;
  readonly active: boolean;
}

/** Returns a colleague's name, "" if it is not on the device. */
export function personName(database: Database, id: string): string {
  if (id === "") return "";
  return database.get<{ name: string | null }>("SELECT name FROM person WHERE id = ?", [id])?.name ?? "";
}

/** The members of the organisation by name. */
export const personList = defineQuery<{ limit: number }, PersonRow[]>({
  reads: ["person"],
  run(database, { limit }) {
    return database
      .all<Omit<PersonRow, "active"> & { active: number | null }>(
        "SELECT id, name, role, active FROM person WHERE deleted IS NOT 1 ORDER BY sort_key LIMIT ?",
        [limit],
      )
      .map((row) => ({ ...row, active: row.active !== 0 }));
  },
});

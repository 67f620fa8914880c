import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";
import { VISIT_COLUMNS, type VisitRow } from "./customer.ts";

/** A visit with its customer. */
export interface VisitDetail {
  readonly visit: Visible<"visit">;
  readonly customer: Visible<"customer"> | null;
  readonly personName: string | null;
}

/** One visit, null if it is not on this device. */
export const visitOne = defineQuery<{ id: string }, VisitDetail | null>({
  reads: ["visit", "customer", "person"],
  run(database, { id }) {
    const visit = readVisible(database, "visit", id);
    if (visit === null) return null;
    const person = database.get<{ name: string }>("SELECT name FROM person WHERE id = ?", [visit.person ?? null]);
    return {
      visit,
      customer: visit.customer === undefined ? null : readVisible(database, "customer", visit.customer),
      personName: person?.name ?? null,
    };
  },
});

/** The visit that a person has checked into and not out of, the newest if there are several; null for none. */
export const visitOpen = defineQuery<{ person: string }, VisitRow | null>({
  reads: ["visit", "customer"],
  run(database, { person }) {
    const found = database.get<VisitRow>(
      `SELECT ${VISIT_COLUMNS} FROM visit v LEFT JOIN customer c ON c.id = v.customer
       WHERE v.status = 'open' AND v.person = ? AND v.deleted IS NOT 1 ORDER BY v.checked_in_at DESC LIMIT 1`,
      [person],
    );
    return found ?? null;
  },
});

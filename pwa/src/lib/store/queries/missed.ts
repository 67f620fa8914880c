import { defineQuery } from "../query.ts";

/** A visit that was planned and that nobody has made. */
export interface MissedVisit {
  readonly id: string;
  readonly root: string;
  readonly planned_day: string;
  /** Milliseconds since 1970 UTC. */
  readonly planned_at: number | null;
  readonly position: number | null;
  readonly customerName: string | null;
}

/** Days gone by, each with its first instant. */
export type DaysBefore = readonly { readonly day: string; readonly from: number }[];

/** One of `?2`, the days gone by, and the visits planned for it. */
const OF_DAYS = `(SELECT value ->> '$.day' AS day, value ->> '$.from' AS start FROM json_each(?2)) j
       CROSS JOIN visit v ON v.planned_day = j.day`;

/** Still only planned by `?1`, and nobody has been at the customer's since. */
const IS_MISSED = `v.person = ?1 AND +v.status = 'planned' AND v.deleted IS NOT 1
         AND NOT EXISTS (SELECT 1 FROM visit w WHERE w.customer = v.customer AND w.checked_in_at >= j.start
                         AND +w.status IN ('open', 'done') AND w.deleted IS NOT 1)`;

/**
 * A person's visits that were planned for one of these days and are still only planned, the latest first. Not where somebody has been
 * at the customer's since, nor where the person has planned to be there `today` or later.
 */
export const visitMissed = defineQuery<
  { person: string; today: string; days: DaysBefore; limit: number },
  MissedVisit[]
>({
  reads: ["visit", "customer"],
  run(database, { person, today, days, limit }) {
    return database.all<MissedVisit>(
      `SELECT v.id, v.root, v.planned_day, v.planned_at, v.position, c.name AS customerName
       FROM ${OF_DAYS} LEFT JOIN customer c ON c.id = v.customer
       WHERE ${IS_MISSED}
         AND NOT EXISTS (SELECT 1 FROM visit w WHERE w.customer = v.customer AND +w.person = ?1 AND +w.planned_day >= ?4
                         AND +w.status = 'planned' AND w.deleted IS NOT 1)
       ORDER BY v.planned_day DESC, v.position LIMIT ?3`,
      [person, JSON.stringify(days), limit, today],
    );
  },
});

/** The missed visit that a check-in at a customer makes after all, the latest where there are several; null for none. */
export const visitTakenOver = defineQuery<
  { person: string; customer: string; days: DaysBefore },
  Pick<MissedVisit, "id" | "root"> | null
>({
  reads: ["visit"],
  run(database, { person, customer, days }) {
    const found = database.get<Pick<MissedVisit, "id" | "root">>(
      `SELECT v.id, v.root FROM ${OF_DAYS} WHERE +v.customer = ?3 AND ${IS_MISSED}
       ORDER BY v.planned_day DESC, v.planned_at LIMIT 1`,
      [person, JSON.stringify(days), customer],
    );
    return found ?? null;
  },
});

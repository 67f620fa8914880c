import type { CustomerPhase, CustomerValueClass, VisitOutcome, VisitStatus } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";
import { type NextStep, nextStepsOf, stepOf } from "./next-step.ts";

/** A visit in a list. */
export interface VisitRow {
  readonly id: string;
  readonly root: string;
  readonly status: VisitStatus;
  readonly customer: string;
  readonly customerName: string | null;
  readonly city: string | null;
  readonly value_class: CustomerValueClass | null;
  readonly phase: CustomerPhase | null;
  readonly person: string;
  readonly personName: string | null;
  readonly planned_day: string | null;
  readonly planned_at: number | null;
  readonly checked_in_at: number | null;
  readonly checked_out_at: number | null;
  readonly outcome: VisitOutcome | null;
}

/** The columns of a VisitRow; `v` is the visit, `c` its customer. */
export const VISIT_COLUMNS = `v.id, v.root, v.status, v.customer, c.name AS customerName, c.city, c.value_class, c.phase, v.person,
  (SELECT name FROM person WHERE id = v.person) AS personName, v.planned_day, v.planned_at, v.checked_in_at,
  v.checked_out_at, v.outcome`;

/** A visit with its customer. */
export interface VisitDetail {
  readonly visit: Visible<"visit">;
  readonly customer: Visible<"customer"> | null;
  readonly personName: string | null;
  /** The task that the visit's next step became, null for none. */
  readonly nextStep: Visible<"task"> | null;
  /** The same for reading: of a task that is not at hand the copy of its words, of one that was removed nothing. */
  readonly step: NextStep | null;
}

/** One visit, null if it is not on this device. */
export const visitOne = defineQuery<{ id: string }, VisitDetail | null>({
  reads: ["visit", "customer", "person", "task"],
  run(database, { id }) {
    const visit = readVisible(database, "visit", id);
    if (visit === null) return null;
    const person = database.get<{ name: string }>("SELECT name FROM person WHERE id = ?", [visit.person ?? null]);
    const step = database.get<{ id: string }>(
      `SELECT id FROM task WHERE customer = ?1 AND json_extract(doc, '$.v.visit') = ?2 AND deleted IS NOT 1 ORDER BY id DESC LIMIT 1`,
      [visit.root, id],
    );
    return {
      visit,
      customer: visit.customer === undefined ? null : readVisible(database, "customer", visit.customer),
      personName: person?.name ?? null,
      nextStep: step === undefined ? null : readVisible(database, "task", step.id),
      step: stepOf(nextStepsOf(database, visit.root), id, visit.next_step ?? null),
    };
  },
});

/** A visit that somebody has checked into and not out of. */
export type OpenVisitRow = VisitRow & { readonly check_out_estimated: boolean };

type FoundOpen = VisitRow & { readonly check_out_estimated: number | null };
const openRow = (row: FoundOpen): OpenVisitRow => ({ ...row, check_out_estimated: row.check_out_estimated === 1 });

/** The visit that a person has checked into and not out of, the newest if there are several; null for none. */
export const visitOpen = defineQuery<{ person: string }, OpenVisitRow | null>({
  reads: ["visit", "customer"],
  run: (database, { person }) => openOf(database, person, 1)[0] ?? null,
});

/** All of them, the newest first: there are several where two devices have checked in. */
export const visitOpenAll = defineQuery<{ person: string }, OpenVisitRow[]>({
  reads: ["visit", "customer"],
  run: (database, { person }) => openOf(database, person, 20),
});

function openOf(database: Database, person: string, limit: number): OpenVisitRow[] {
  const found = database.all<FoundOpen>(
    `SELECT ${VISIT_COLUMNS}, v.doc ->> '$.v.check_out_estimated' AS check_out_estimated
     FROM visit v LEFT JOIN customer c ON c.id = v.customer
     WHERE v.status = 'open' AND v.person = ? AND v.deleted IS NOT 1 ORDER BY v.checked_in_at DESC LIMIT ?`,
    [person, limit],
  );
  return found.map(openRow);
}

/** A person's visits that would be open again if these customers and visits came back, the newest first. */
export const visitComingBack = defineQuery<
  { person: string; customers: readonly string[]; visits: readonly string[] },
  OpenVisitRow[]
>({
  reads: ["visit", "customer"],
  run(database, { person, customers, visits }) {
    const found = database.all<FoundOpen>(
      `SELECT ${VISIT_COLUMNS}, v.doc ->> '$.v.check_out_estimated' AS check_out_estimated
       FROM visit v LEFT JOIN customer c ON c.id = v.customer
       WHERE (v.root IN (SELECT value FROM json_each(?2)) AND v.doc ->> '$.v.deleted' IS NOT 1
              OR v.id IN (SELECT value FROM json_each(?3)))
         AND +v.status = 'open' AND +v.person = ?1 AND +v.deleted = 1 ORDER BY v.checked_in_at DESC LIMIT 20`,
      [person, JSON.stringify(customers), JSON.stringify(visits)],
    );
    return found.map(openRow);
  },
});

/** Whether anything hangs on a visit beside its report: files, what was seen on the shelf, an order, a task. */
export const visitAttached = defineQuery<{ id: string; root: string }, boolean>({
  reads: ["file", "shelf_check", "order", "task"],
  run(database, { id, root }) {
    const found = database.get<{ found: number }>(
      `SELECT 1 AS found FROM file WHERE visit = ?1 AND deleted IS NOT 1
       UNION ALL SELECT 1 FROM shelf_check WHERE visit = ?1 AND deleted IS NOT 1
       UNION ALL SELECT 1 FROM "order" WHERE customer = ?2 AND json_extract(doc, '$.v.visit') = ?1 AND deleted IS NOT 1
       UNION ALL SELECT 1 FROM task WHERE customer = ?2 AND json_extract(doc, '$.v.visit') = ?1 AND deleted IS NOT 1 LIMIT 1`,
      [id, root],
    );
    return found !== undefined;
  },
});

/** The visit that a person has planned at a customer for a day and not ended, null for none. */
export const visitPlanned = defineQuery<
  { customer: string; person: string; day: string },
  { readonly id: string } | null
>({
  reads: ["visit"],
  run(database, { customer, person, day }) {
    const found = database.get<{ id: string }>(
      `SELECT id FROM visit WHERE customer = ? AND +person = ? AND +planned_day = ? AND +status IN ('planned', 'open')
       AND deleted IS NOT 1 ORDER BY planned_at, id LIMIT 1`,
      [customer, person, day],
    );
    return found ?? null;
  },
});

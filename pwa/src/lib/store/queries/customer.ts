import type { DealStage, OrderStatus } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";
import { TASK_COLUMNS, type TaskRow } from "./tasks.ts";
import { VISIT_COLUMNS, type VisitRow } from "./visit.ts";

/** A customer with what its page shows at once. */
export interface CustomerDetail {
  readonly customer: Visible<"customer">;
  /** The name of the owner, null without one. */
  readonly ownerName: string | null;
  readonly territoryName: string | null;
  readonly parentName: string | null;
  /** The last visit that took place: milliseconds since 1970 UTC. */
  readonly lastVisitAt: number | null;
  readonly counts: {
    readonly contacts: number;
    readonly deals: number;
    readonly orders: number;
    readonly openTasks: number;
    readonly files: number;
  };
}

/** One customer, null if it is not (or no longer) on this device. */
export const customerOne = defineQuery<{ id: string }, CustomerDetail | null>({
  reads: ["customer", "contact", "deal", "order", "task", "file", "person", "territory"],
  run(database, { id }) {
    const customer = readVisible(database, "customer", id);
    if (customer === null) return null;
    const found = database.get<Omit<CustomerDetail, "customer" | "counts"> & CustomerDetail["counts"]>(
      `SELECT (SELECT name FROM person WHERE id = c.owner) AS ownerName,
              (SELECT name FROM territory WHERE id = c.territory) AS territoryName,
              (SELECT name FROM customer p WHERE p.id = c.parent) AS parentName,
              c.last_visit_at AS lastVisitAt,
              (SELECT count(*) FROM contact WHERE customer = c.id AND deleted IS NOT 1) AS contacts,
              (SELECT count(*) FROM deal WHERE customer = c.id AND deleted IS NOT 1) AS deals,
              (SELECT count(*) FROM "order" WHERE customer = c.id AND deleted IS NOT 1) AS orders,
              (SELECT count(*) FROM task WHERE customer = c.id AND status = 'open' AND deleted IS NOT 1) AS openTasks,
              (SELECT count(*) FROM file WHERE customer = c.id AND deleted IS NOT 1) AS files
       FROM customer c WHERE c.id = ? LIMIT 1`,
      [id],
    );
    if (found === undefined) return null;
    const { contacts, deals, orders, openTasks, files, ...names } = found;
    return { customer, ...names, counts: { contacts, deals, orders, openTasks, files } };
  },
});

/** The contacts of a customer by name. */
export const customerContacts = defineQuery<{ customer: string; limit: number }, Visible<"contact">[]>({
  reads: ["contact"],
  run(database, { customer, limit }) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM contact WHERE customer = ? AND deleted IS NOT 1 ORDER BY sort_key LIMIT ?",
      [customer, limit],
    );
    return ids.flatMap(({ id }) => readVisible(database, "contact", id) ?? []);
  },
});

/** A deal in a list. */
export interface DealRow {
  readonly id: string;
  readonly title: string;
  readonly customer: string;
  readonly customerName: string | null;
  readonly stage: DealStage;
  readonly stage_since: number | null;
  /** Minor units. */
  readonly amount: number | null;
  readonly currency: string | null;
  readonly close_day: string | null;
  /** Per cent. */
  readonly margin: number | null;
  readonly competitor: string | null;
  readonly next_step: string | null;
  readonly owner: string | null;
  readonly ownerName: string | null;
  /** Per cent that was asked for last, and where that stands (`discountState`). */
  readonly discount: number | null;
  readonly discount_reason: string | null;
  readonly discount_asked_by: string | null;
  readonly discount_asked_at: number | null;
  readonly discount_answered: number | null;
  readonly discount_granted: number | null;
}

/** The columns of a DealRow; `d` is the deal, `c` its customer. */
export const DEAL_COLUMNS = `d.id, d.title, d.customer, c.name AS customerName, d.stage, d.stage_since, d.amount,
  json_extract(d.doc, '$.v.currency') AS currency, d.close_day, json_extract(d.doc, '$.v.margin') AS margin,
  json_extract(d.doc, '$.v.competitor') AS competitor, json_extract(d.doc, '$.v.next_step') AS next_step, d.owner,
  (SELECT name FROM person WHERE id = d.owner) AS ownerName, json_extract(d.doc, '$.v.discount') AS discount,
  json_extract(d.doc, '$.v.discount_reason') AS discount_reason, json_extract(d.doc, '$.v.discount_asked_by') AS discount_asked_by,
  d.discount_asked_at, d.discount_answered, json_extract(d.doc, '$.v.discount_granted') AS discount_granted`;

/** The deals of a customer: open ones first, then the newest. */
export const customerDeals = defineQuery<{ customer: string; limit: number }, DealRow[]>({
  reads: ["deal", "customer", "person"],
  run(database, { customer, limit }) {
    return database.all<DealRow>(
      `SELECT ${DEAL_COLUMNS} FROM deal d LEFT JOIN customer c ON c.id = d.customer
       WHERE d.customer = ? AND d.deleted IS NOT 1
       ORDER BY d.stage IN ('won', 'lost'), d.stage_since DESC LIMIT ?`,
      [customer, limit],
    );
  },
});

/** An order in a list. */
export interface OrderRow {
  readonly id: string;
  readonly number: string | null;
  readonly status: OrderStatus;
  readonly ordered_at: number;
  /** Minor units. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** The number of its lines. */
  readonly lines: number;
}

/** The orders of a customer, newest first. */
export const customerOrders = defineQuery<{ customer: string; limit: number }, OrderRow[]>({
  reads: ["order"],
  run(database, { customer, limit }) {
    return database.all<OrderRow>(
      `SELECT id, number, status, ordered_at, amount, json_extract(doc, '$.v.currency') AS currency,
              coalesce(json_array_length(doc, '$.v.lines'), 0) AS lines
       FROM "order" WHERE customer = ? AND deleted IS NOT 1 ORDER BY ordered_at DESC LIMIT ?`,
      [customer, limit],
    );
  },
});

/** The open tasks of a customer, the most urgent first. */
export const customerTasks = defineQuery<{ customer: string; limit: number }, TaskRow[]>({
  reads: ["task", "customer", "person"],
  run(database, { customer, limit }) {
    return database.all<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task t LEFT JOIN customer c ON c.id = t.customer
       WHERE t.customer = ? AND t.status = 'open' AND t.deleted IS NOT 1
       ORDER BY t.due_day IS NULL, t.due_day, t.remind_at LIMIT ?`,
      [customer, limit],
    );
  },
});

/** The open complaints of a customer, the most urgent first. */
export const customerComplaints = defineQuery<{ customer: string; limit: number }, TaskRow[]>({
  reads: ["task", "customer", "person"],
  run(database, { customer, limit }) {
    return database.all<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task t LEFT JOIN customer c ON c.id = t.customer
       WHERE t.customer = ? AND t.type = 'complaint' AND t.status = 'open' AND t.deleted IS NOT 1
       ORDER BY t.due_day IS NULL, t.due_day, t.remind_at LIMIT ?`,
      [customer, limit],
    );
  },
});

/** The visits planned at a customer and still to come, those under way too, the next first; a plan of a day before `today` never comes. */
export const customerVisits = defineQuery<{ customer: string; today: string; limit: number }, VisitRow[]>({
  reads: ["visit", "customer", "person"],
  run(database, { customer, today, limit }) {
    return database.all<VisitRow>(
      `SELECT ${VISIT_COLUMNS} FROM visit v LEFT JOIN customer c ON c.id = v.customer
       WHERE v.customer = ?1 AND (v.status = 'open' OR v.status = 'planned' AND coalesce(v.planned_day >= ?2, TRUE))
         AND v.deleted IS NOT 1
       ORDER BY v.planned_day, v.planned_at LIMIT ?3`,
      [customer, today, limit],
    );
  },
});

import { msFromId } from "$sync/identifier.ts";
import type {
  CallResult,
  DealStage,
  FileType,
  OrderStatus,
  ShelfCheckStock,
  TaskStatus,
  TaskType,
  VisitOutcome,
  VisitStatus,
} from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import type { FileRow } from "./files.ts";
import { type NextStep, nextStepsOf, stepOf } from "./next-step.ts";

interface Entry {
  readonly id: string;
  /** Where it stands in time: milliseconds since 1970 UTC. */
  readonly at: number;
  /** The person who did or wrote it, null if unknown. */
  readonly personName: string | null;
  /** True while an edit of it waits to be sent. */
  readonly waiting: boolean;
}

/** One entry of a customer's timeline. */
export type TimelineEntry =
  | (Entry & {
      readonly kind: "visit";
      readonly status: VisitStatus;
      readonly outcome: VisitOutcome | null;
      /** Where it was cancelled, or not made: for which day it had been planned. */
      readonly planned_day: string | null;
      readonly checked_in_at: number | null;
      readonly checked_out_at: number | null;
      readonly text: string | null;
      readonly nextStep: NextStep | null;
      /** Products seen on the shelf, and the competitors among them, with commas between. */
      readonly seen: number;
      readonly competitors: string | null;
      /** How many photos were taken on it. */
      readonly photos: number;
    })
  /** A file that belongs to no visit. */
  | (Entry & {
      readonly kind: "file";
      readonly type: FileType;
      readonly name: string | null;
      readonly caption: string | null;
      /** What opens it where it is no longer among the device's records. */
      readonly row?: FileRow;
    })
  | (Entry & { readonly kind: "note"; readonly text: string | null })
  | (Entry & {
      readonly kind: "call";
      readonly result: CallResult | null;
      /** The contact who was called, null for the customer's own number. */
      readonly contactName: string | null;
      readonly text: string | null;
    })
  | (Entry & {
      readonly kind: "task";
      readonly title: string;
      readonly type: TaskType | null;
      readonly status: TaskStatus;
      readonly due_day: string | null;
    })
  | (Entry & {
      readonly kind: "deal";
      readonly title: string;
      readonly stage: DealStage;
      /** Minor units. */
      readonly amount: number | null;
      readonly currency: string | null;
    })
  | (Entry & {
      readonly kind: "order";
      readonly number: string | null;
      readonly status: OrderStatus;
      /** Minor units. */
      readonly amount: number | null;
      readonly currency: string | null;
      readonly lines: number;
    })
  /** A product that was seen outside a visit; what was seen at one stands with it. Of older activity all of them are here. */
  | (Entry & {
      readonly kind: "shelf_check";
      /** What it is called: ours, or a competitor's with whose it is. */
      readonly name: string;
      readonly stock: ShelfCheckStock | null;
      /** Minor units. */
      readonly price: number | null;
      readonly currency: string | null;
      readonly facings: number | null;
      readonly text: string | null;
    });

/** An entry as SQL gives it: without its kind, booleans as 0 and 1. */
type EntryOf<K extends TimelineEntry["kind"]> = Omit<Extract<TimelineEntry, { kind: K }>, "kind" | "waiting"> & {
  waiting: number;
};

const WAITING = "EXISTS (SELECT 1 FROM outbox o WHERE o.id = x.id) AS waiting";
const nameOf = (column: string) => `(SELECT name FROM person p WHERE p.id = x.${column}) AS personName`;
const CURRENCY = "json_extract(x.doc, '$.v.currency') AS currency";

/** What the timeline of a customer shows: entries before the instant `before`, of every kind or only of one. */
export interface TimelineParameters {
  readonly customer: string;
  readonly before: number;
  readonly limit: number;
  readonly only?: TimelineEntry["kind"] | null;
  /** The reader's day: what was planned for one before it has not been made. Without, no plan is looked at. */
  readonly today?: string;
}

/** What happened at a customer, newest first; visits still to come are not in it, those that were cancelled or not made are, by their plan. */
export const customerTimeline = defineQuery<TimelineParameters, TimelineEntry[]>({
  reads: [
    "visit",
    "shelf_check",
    "product",
    "note",
    "call",
    "contact",
    "file",
    "task",
    "deal",
    "order",
    "person",
    "outbox",
  ],
  run(database, { customer, before, limit, only = null, today = "" }) {
    const isWanted = (kind: TimelineEntry["kind"]) => only === null || only === kind;
    const dated = <K extends TimelineEntry["kind"], Row = EntryOf<K>>(
      kind: K,
      at: string,
      columns: string,
      condition = "TRUE",
      more: readonly string[] = [],
    ) =>
      isWanted(kind)
        ? database.all<Row>(
            `SELECT x.id, ${at} AS at, ${WAITING}, ${columns} FROM "${kind}" x
             WHERE x.customer = ?1 AND ${at} < ?2 AND ${condition} AND x.deleted IS NOT 1 ORDER BY ${at} DESC LIMIT ?3`,
            [customer, before, limit, ...more],
          )
        : [];
    const visited = `x.status, x.outcome, x.planned_day, x.checked_in_at, x.checked_out_at, ${nameOf("person")},
       json_extract(x.doc, '$.v.note') AS text, json_extract(x.doc, '$.v.next_step') AS next_step,
       (SELECT count(*) FROM shelf_check s WHERE s.visit = x.id AND s.deleted IS NOT 1) AS seen,
       (SELECT group_concat(DISTINCT s.competitor) FROM shelf_check s WHERE s.visit = x.id AND s.deleted IS NOT 1) AS competitors,
       (SELECT count(*) FROM file k WHERE k.visit = x.id AND k.type = 'photo' AND k.deleted IS NOT 1) AS photos`;
    type Visited = Omit<EntryOf<"visit">, "nextStep"> & { next_step: string | null };
    const found = [
      ...dated<"visit", Visited>("visit", "x.checked_in_at", visited),
      ...dated<"visit", Visited>(
        "visit",
        "coalesce(x.planned_at, unixepoch(x.planned_day, '12 hours') * 1000)",
        visited,
        "x.checked_in_at IS NULL AND (+x.status = 'cancelled' OR +x.status = 'planned' AND x.planned_day < ?4)",
        [today],
      ),
    ];
    const steps: ReturnType<typeof nextStepsOf> = found.length === 0 ? new Map() : nextStepsOf(database, customer);
    const visits = found.map(({ next_step, ...visit }) => ({ ...visit, nextStep: stepOf(steps, visit.id, next_step) }));
    const notes = dated("note", "x.written_at", `json_extract(x.doc, '$.v.body') AS text, ${nameOf("person")}`);
    const calls = dated(
      "call",
      "x.called_at",
      `x.result, json_extract(x.doc, '$.v.note') AS text, ${nameOf("person")},
       (SELECT name FROM contact k WHERE k.id = json_extract(x.doc, '$.v.contact')) AS contactName`,
    );
    const files = dated(
      "file",
      "x.taken_at",
      `x.type, json_extract(x.doc, '$.v.name') AS name, json_extract(x.doc, '$.v.caption') AS caption, ${nameOf("person")}`,
      "x.visit IS NULL",
    );
    const orders = dated(
      "order",
      "x.ordered_at",
      `x.number, x.status, x.amount, ${CURRENCY}, coalesce(json_array_length(x.doc, '$.v.lines'), 0) AS lines, ${nameOf("person")}`,
    );
    const checks = dated(
      "shelf_check",
      "x.seen_at",
      `coalesce((SELECT name FROM product p WHERE p.id = x.product),
         concat_ws(' · ', x.competitor, json_extract(x.doc, '$.v.name'))) AS name,
       json_extract(x.doc, '$.v.stock') AS stock, json_extract(x.doc, '$.v.price') AS price, ${CURRENCY},
       json_extract(x.doc, '$.v.facings') AS facings, json_extract(x.doc, '$.v.note') AS text, ${nameOf("person")}`,
      "x.visit IS NULL",
    );
    // Tasks and deals carry no time of their own before they are done or moved: then the id's does.
    const byId = <T extends { id: string; at: number | null }>(kind: TimelineEntry["kind"], read: () => T[]) =>
      (isWanted(kind) ? read() : [])
        .map((row) => ({ ...row, at: row.at ?? msFromId(row.id) }))
        .filter((row) => row.at < before);
    const tasks = byId("task", () =>
      database.all<Omit<EntryOf<"task">, "at"> & { at: number | null }>(
        `SELECT x.id, x.done_at AS at, ${WAITING}, x.title, x.type, x.status, x.due_day, ${nameOf("person")} FROM task x
         WHERE x.customer = ?1 AND x.deleted IS NOT 1 ORDER BY x.id DESC LIMIT 500`,
        [customer],
      ),
    );
    const deals = byId("deal", () =>
      database.all<Omit<EntryOf<"deal">, "at"> & { at: number | null }>(
        `SELECT x.id, x.stage_since AS at, ${WAITING}, x.title, x.stage, x.amount, ${CURRENCY}, ${nameOf("owner")} FROM deal x
         WHERE x.customer = ?1 AND x.deleted IS NOT 1 ORDER BY x.id DESC LIMIT 500`,
        [customer],
      ),
    );
    const entries: TimelineEntry[] = [
      ...visits.map((row) => ({ ...row, kind: "visit" as const, waiting: row.waiting === 1 })),
      ...notes.map((row) => ({ ...row, kind: "note" as const, waiting: row.waiting === 1 })),
      ...calls.map((row) => ({ ...row, kind: "call" as const, waiting: row.waiting === 1 })),
      ...files.map((row) => ({ ...row, kind: "file" as const, waiting: row.waiting === 1 })),
      ...checks.map((row) => ({ ...row, kind: "shelf_check" as const, waiting: row.waiting === 1 })),
      ...tasks.map((row) => ({ ...row, kind: "task" as const, waiting: row.waiting === 1 })),
      ...deals.map((row) => ({ ...row, kind: "deal" as const, waiting: row.waiting === 1 })),
      ...orders.map((row) => ({ ...row, kind: "order" as const, waiting: row.waiting === 1 })),
    ];
    return entries.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, limit);
  },
});

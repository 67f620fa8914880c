import type { CustomerValueClass } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { VISIT_COLUMNS, type VisitRow } from "./visit.ts";

/** A rep's day and pipeline. */
export interface RepOverview {
  readonly id: string;
  readonly name: string;
  /** Visits that took place on the days asked for, and those still planned for them; the cancelled are left out. */
  readonly planned: number;
  readonly done: number;
  readonly open: number;
  /** Sum of open deals by currency, minor units. */
  readonly pipeline: readonly { readonly currency: string | null; readonly amount: number }[];
  /** Sum of deals won between `from` and `to` by currency, minor units. */
  readonly won: readonly { readonly currency: string | null; readonly amount: number }[];
  /** The last check-in or check-out that reached this device: milliseconds since 1970 UTC, null for none. */
  readonly lastVisitAt: number | null;
}

/** A stretch of time: its local days (ISO, both included) and its instants (`to` excluded). */
export interface Span {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly from: number;
  readonly to: number;
}

/** Every rep's planned and done visits, pipeline and won deals within a span. */
export const overviewReps = defineQuery<{ span: Span }, RepOverview[]>({
  reads: ["visit", "deal", "person"],
  run(database, { span }) {
    const { firstDay, lastDay, from, to } = span;
    const people = database.all<{ id: string; name: string }>(
      "SELECT id, name FROM person WHERE role = 'rep' AND deleted IS NOT 1 AND active IS NOT 0 ORDER BY sort_key LIMIT 500",
    );
    const visits = database.all<{ person: string; planned: number; done: number; open: number; last: number | null }>(
      `SELECT person, count(*) AS planned, sum(status = 'done') AS done, sum(status = 'open') AS open,
              max(coalesce(checked_out_at, checked_in_at)) AS last
       FROM (SELECT id, person, status, checked_in_at, checked_out_at FROM visit
             WHERE planned_day BETWEEN ?1 AND ?2 AND checked_in_at IS NULL AND status IS NOT 'cancelled' AND deleted IS NOT 1
             UNION ALL
             SELECT id, person, status, checked_in_at, checked_out_at FROM visit
             WHERE checked_in_at >= ?3 AND checked_in_at < ?4 AND status IS NOT 'cancelled' AND deleted IS NOT 1)
       GROUP BY person LIMIT 500`,
      [firstDay, lastDay, from, to],
    );
    const money = database.all<{ owner: string; won: number; currency: string | null; amount: number }>(
      `SELECT owner, stage = 'won' AS won, json_extract(doc, '$.v.currency') AS currency, coalesce(sum(amount), 0) AS amount
       FROM deal WHERE deleted IS NOT 1 AND (stage NOT IN ('won', 'lost') OR (stage = 'won' AND stage_since >= ?1 AND stage_since < ?2))
       GROUP BY 1, 2, 3 LIMIT 2000`,
      [from, to],
    );
    return people.map(({ id, name }) => {
      const own = visits.find((row) => row.person === id);
      const sums = (won: number) =>
        money
          .filter((row) => row.owner === id && row.won === won)
          .map(({ currency, amount }) => ({ currency, amount }));
      return {
        id,
        name,
        planned: own?.planned ?? 0,
        done: own?.done ?? 0,
        open: own?.open ?? 0,
        pipeline: sums(0),
        won: sums(1),
        lastVisitAt: own?.last ?? null,
      };
    });
  },
});

// "+status" keeps the planner from the index on the status, which nearly every visit shares.

/** How many visits that are done began in each stretch between neighbouring instants of `starts` (n + 1 instants, n counts). */
export const overviewDaily = defineQuery<{ starts: readonly number[]; person: string | null }, number[]>({
  reads: ["visit"],
  run(database, { starts, person }) {
    return starts.slice(0, -1).map((from, index) => {
      const found = database.get<{ n: number }>(
        `SELECT count(*) AS n FROM visit WHERE checked_in_at >= ?1 AND checked_in_at < ?2 AND (?3 IS NULL OR person = ?3)
         AND +status = 'done' AND deleted IS NOT 1 LIMIT 1`,
        [from, starts[index + 1] ?? from, person],
      );
      return found?.n ?? 0;
    });
  },
});

/** The visits that began within [from, to), newest first. */
export const overviewVisits = defineQuery<{ from: number; to: number; limit: number }, VisitRow[]>({
  reads: ["visit", "customer", "person"],
  run(database, { from, to, limit }) {
    return database.all<VisitRow>(
      `SELECT ${VISIT_COLUMNS} FROM visit v LEFT JOIN customer c ON c.id = v.customer
       WHERE v.checked_in_at >= ? AND v.checked_in_at < ? AND +v.status IN ('open', 'done') AND v.deleted IS NOT 1
       ORDER BY v.checked_in_at DESC LIMIT ?`,
      [from, to, limit],
    );
  },
});

/** The customers of one value class. */
export interface ValueClassTotal {
  /** null: not yet classed. */
  readonly value_class: CustomerValueClass | null;
  readonly customers: number;
  /** Minor units of the organisation's currency. */
  readonly revenue_12m: number;
  /** Customers of the class visited since `seenSince`. */
  readonly seen: number;
}

/** Customers, revenue and coverage by value class, of one owner or of everybody (null); `seenSince` in milliseconds since 1970 UTC. */
export const overviewByValue = defineQuery<{ seenSince: number; owner: string | null }, ValueClassTotal[]>({
  reads: ["customer", "visit"],
  run(database, { seenSince, owner }) {
    return database.all<ValueClassTotal>(
      `SELECT value_class, count(*) AS customers, coalesce(sum(revenue_12m), 0) AS revenue_12m,
              coalesce(sum(last_visit_at >= ?1), 0) AS seen
       FROM customer WHERE deleted IS NOT 1 AND (?2 IS NULL OR owner = ?2) GROUP BY value_class LIMIT 10`,
      [seenSince, owner],
    );
  },
});

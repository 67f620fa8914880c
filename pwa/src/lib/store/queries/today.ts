import type { CustomerPhase, CustomerValueClass, DealStage, VisitOutcome, VisitStatus } from "$sync/schema.gen.ts";
import { BIRTHDAYS_ABOUT, birthdaysAbout } from "../birthdays.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { slipsOn } from "../slipping.ts";

/** One stop of a day. */
export interface Stop {
  /** The visit's id. */
  readonly id: string;
  readonly root: string;
  readonly status: VisitStatus;
  /** Its place in the route, null if it was not ordered. */
  readonly position: number | null;
  /** For which day it was planned, null for a visit that nobody planned. */
  readonly planned_day: string | null;
  /** The hour of this day that was agreed, null for none. */
  readonly planned_at: number | null;
  readonly checked_in_at: number | null;
  readonly checked_out_at: number | null;
  readonly outcome: VisitOutcome | null;
  readonly customer: {
    readonly id: string;
    readonly name: string;
    readonly trade: string | null;
    readonly street: string | null;
    readonly city: string | null;
    readonly country: string | null;
    readonly phone: string | null;
    readonly latitude: number | null;
    readonly longitude: number | null;
    readonly value_class: CustomerValueClass | null;
    readonly phase: CustomerPhase | null;
    readonly opening_hours: string | null;
  } | null;
  /** The last visit that took place before this one: milliseconds since 1970 UTC. */
  readonly lastVisitAt: number | null;
  /** Contacts whose birthday may be at most one day away, by whichever calendar; `born` is an ISO day. */
  readonly birthdays: readonly { readonly id: string; readonly name: string; readonly born: string }[];
  /** The greatest open deal that slips, else the greatest. */
  readonly deal: {
    readonly id: string;
    readonly title: string;
    readonly stage: DealStage;
    readonly amount: number | null;
    readonly currency: string | null;
    readonly stage_since: number | null;
    readonly close_day: string | null;
    readonly slipping: boolean;
  } | null;
  /** The open deals of the customer by currency, null for the organisation's; minor units. */
  readonly inPlay: readonly { readonly amount: number; readonly currency: string | null }[];
  readonly openTasks: number;
  /** How many of the open tasks are complaints. */
  readonly complaints: number;
  /** What the customer ordered on this day by currency, null for the organisation's; minor units. A draft is no order yet. */
  readonly ordered: readonly { readonly amount: number; readonly currency: string | null }[];
  /** True while an edit of the visit waits to be sent. */
  readonly waiting: boolean;
}

/** A local day: its ISO date and its instants (`to` excluded). */
export interface LocalDay {
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

interface VisitOfDay
  extends Omit<
    Stop,
    "customer" | "lastVisitAt" | "birthdays" | "deal" | "inPlay" | "openTasks" | "complaints" | "ordered" | "waiting"
  > {
  readonly customer: string;
  readonly waiting: number;
}

/**
 * A person's visits of one day in the order of the route: those that took place on it, whatever day they were planned for, and those
 * that are still planned for it.
 */
export const todayStops = defineQuery<{ person: string } & LocalDay, Stop[]>({
  reads: ["visit", "customer", "contact", "deal", "task", "order", "outbox"],
  run(database, { person, day, from, to }) {
    const visits = database.all<VisitOfDay>(
      `SELECT id, root, status, planned_day, iif(planned_day IS ?1, position, NULL) AS position,
              iif(planned_day IS ?1, planned_at, NULL) AS planned_at, checked_in_at, checked_out_at,
              outcome, customer,
              EXISTS (SELECT 1 FROM outbox o WHERE o.id = x.id) AS waiting
       FROM (SELECT * FROM visit WHERE planned_day = ?1 AND checked_in_at IS NULL AND person = ?2
             AND status IS NOT 'cancelled' AND deleted IS NOT 1
             UNION ALL
             SELECT * FROM visit WHERE checked_in_at >= ?3 AND checked_in_at < ?4 AND person = ?2
             AND status IS NOT 'cancelled' AND deleted IS NOT 1) x
       ORDER BY planned_day IS NOT ?1 OR position IS NULL, position, coalesce(iif(planned_day IS ?1, planned_at, NULL), checked_in_at), id LIMIT 100`,
      [day, person, from, to],
    );
    return visits.map(({ customer, ...visit }) => ({
      ...visit,
      waiting: visit.waiting === 1,
      customer:
        database.get<NonNullable<Stop["customer"]>>(
          `SELECT id, name, json_extract(doc, '$.v.trade') AS trade, street, city, country, phone, latitude, longitude, value_class,
                  phase,
                  json_extract(doc, '$.v.opening_hours') AS opening_hours
           FROM customer WHERE id = ? LIMIT 1`,
          [customer],
        ) ?? null,
      ...reasonsOf(database, customer, visit.id, visit.checked_in_at, { day, from, to }),
      inPlay: database.all<Stop["inPlay"][number]>(
        `SELECT json_extract(doc, '$.v.currency') AS currency, sum(amount) AS amount FROM deal
         WHERE customer = ? AND stage NOT IN ('won', 'lost') AND amount IS NOT NULL AND deleted IS NOT 1 GROUP BY 1 LIMIT 20`,
        [customer],
      ),
    }));
  },
});

/** The places of `birthdaysAbout` in an SQL. */
export const ABOUT = Array(BIRTHDAYS_ABOUT).fill("?").join(", ");

/** What may be a reason to go to a customer on a day, whatever visit is planned there. */
export function reasonsOf(
  database: Database,
  customer: string,
  visit: string,
  checkedInAt: number | null,
  { day, from, to }: LocalDay,
) {
  const last = database.get<{ at: number | null }>(
    `SELECT max(checked_in_at) AS at FROM visit
     WHERE customer = ?1 AND id <> ?2 AND status IN ('open', 'done') AND deleted IS NOT 1 AND checked_in_at < ?3 LIMIT 1`,
    [customer, visit, checkedInAt ?? to],
  );
  const deal = database.get<Omit<NonNullable<Stop["deal"]>, "slipping"> & { slipping: number }>(
    `SELECT id, title, stage, amount, json_extract(doc, '$.v.currency') AS currency, stage_since, close_day,
            ${slipsOn("?2", "?3")} AS slipping
     FROM deal WHERE customer = ?1 AND stage NOT IN ('won', 'lost') AND deleted IS NOT 1
     ORDER BY slipping DESC, amount DESC LIMIT 1`,
    [customer, day, from],
  );
  return {
    lastVisitAt: last?.at ?? null,
    birthdays: database.all<Stop["birthdays"][number]>(
      `SELECT id, name, birthday AS born FROM contact
       WHERE customer = ? AND deleted IS NOT 1 AND substr(birthday, 6) IN (${ABOUT}) LIMIT 10`,
      [customer, ...birthdaysAbout(day)],
    ),
    deal: deal === undefined ? null : { ...deal, slipping: deal.slipping === 1 },
    ...openTasksOf(database, customer),
    ordered: database.all<Stop["ordered"][number]>(
      `SELECT sum(amount) AS amount, json_extract(doc, '$.v.currency') AS currency FROM "order"
       WHERE customer = ?1 AND ordered_at >= ?2 AND ordered_at < ?3 AND status IN ('placed', 'delivered') AND amount IS NOT NULL
         AND deleted IS NOT 1 GROUP BY 2 ORDER BY 2 LIMIT 20`,
      [customer, from, to],
    ),
  };
}

/** How many tasks are open at a customer, and how many of them are complaints. */
export function openTasksOf(database: Database, customer: string): Pick<Stop, "openTasks" | "complaints"> {
  const found = database.get<Pick<Stop, "openTasks" | "complaints">>(
    `SELECT count(*) AS openTasks, count(*) FILTER (WHERE type = 'complaint') AS complaints FROM task
     WHERE customer = ? AND status = 'open' AND deleted IS NOT 1 LIMIT 1`,
    [customer],
  );
  return found ?? { openTasks: 0, complaints: 0 };
}

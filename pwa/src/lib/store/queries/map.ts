import type { CustomerPhase, CustomerValueClass, DealStage, VisitStatus } from "$sync/schema.gen.ts";
import type { Database, SqlValue } from "../database.ts";
import { defineQuery } from "../query.ts";
import { slipsOn } from "../slipping.ts";
import { type LocalDay, openTasksOf } from "./today.ts";

/** A stretch of the world in micro-degrees, its edges included. */
export interface MapBox {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** Customers by place, as lists of equal length: a thousand small objects a frame would cost more than the query. */
export interface MapPoints {
  readonly ids: readonly string[];
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  readonly value_class: readonly (CustomerValueClass | null)[];
  readonly phase: readonly (CustomerPhase | null)[];
  /** Milliseconds since 1970 UTC, null for never. */
  readonly lastVisitAt: readonly (number | null)[];
  /** The town of each as a place in `names`, -1 for none. */
  readonly towns: readonly number[];
  readonly names: readonly string[];
  /** How many customers lie in the box; of more than the limit one in `every` is here. */
  readonly total: number;
  readonly every: number;
}

interface PointRow {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly value_class: CustomerValueClass | null;
  readonly phase: CustomerPhase | null;
  readonly last_visit_at: number | null;
  readonly city: string | null;
}

const IN_BOX = `deleted IS NOT 1 AND latitude BETWEEN ?1 AND ?2 AND longitude BETWEEN ?3 AND ?4
  AND (?5 IS NULL OR owner = ?5)`;

/**
 * The customers in a box, `owner`'s or everybody's. Where there are more than `limit` an even sample of them, so that the
 * picture keeps its shape.
 */
export const mapPoints = defineQuery<{ box: MapBox; owner: string | null; limit: number }, MapPoints>({
  reads: ["customer", "visit"],
  run(database, { box, owner, limit }, { remembered }) {
    const values: SqlValue[] = [box.south, box.north, box.west, box.east, owner];
    const read = (every: number) =>
      database.all<PointRow>(
        `SELECT id, latitude, longitude, value_class, phase, last_visit_at, city FROM customer
         WHERE ${IN_BOX} AND n % ?6 = 0 LIMIT ?7`,
        [...values, every, limit + 1],
      );
    // Counting costs as much as reading: only where there is more than may be shown.
    const all = read(1);
    if (all.length <= limit) return { ...listsOf(all), total: all.length, every: 1 };
    const count = () =>
      database.get<{ n: number }>(`SELECT count(*) AS n FROM customer WHERE ${IN_BOX} LIMIT 1`, values)?.n ?? 0;
    const total = remembered(`map ${values.join()}`, count);
    const every = Math.ceil(total / limit);
    return { ...listsOf(read(every).slice(0, limit)), total, every };
  },
});

function listsOf(rows: readonly PointRow[]): Omit<MapPoints, "total" | "every"> {
  const townByName = new Map<string, number>();
  const townOf = (city: string | null) => {
    if (city === null || city === "") return -1;
    const known = townByName.get(city) ?? townByName.size;
    townByName.set(city, known);
    return known;
  };
  return {
    ids: rows.map(({ id }) => id),
    latitude: rows.map(({ latitude }) => latitude),
    longitude: rows.map(({ longitude }) => longitude),
    value_class: rows.map(({ value_class }) => value_class),
    phase: rows.map(({ phase }) => phase),
    lastVisitAt: rows.map(({ last_visit_at }) => last_visit_at),
    towns: rows.map(({ city }) => townOf(city)),
    names: [...townByName.keys()],
  };
}

/** A customer as the map's card and list show him. */
export interface MapCustomer {
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
  readonly lastVisitAt: number | null;
  readonly openTasks: number;
  readonly complaints: number;
  /** The greatest open deal that slips, else the greatest. */
  readonly deal: {
    readonly stage: DealStage;
    readonly amount: number | null;
    readonly currency: string | null;
    readonly stage_since: number | null;
    readonly close_day: string | null;
  } | null;
}

/** Some customers by their ids, in that order; at most a hundred. A deal slips as of that day. */
export const mapCustomers = defineQuery<{ ids: readonly string[] } & LocalDay, MapCustomer[]>({
  reads: ["customer", "visit", "task", "deal"],
  run(database, { ids, ...local }) {
    const rows = database.all<Omit<MapCustomer, "openTasks" | "complaints" | "deal">>(
      `SELECT id, name, json_extract(doc, '$.v.trade') AS trade, street, city, country, phone, latitude, longitude, value_class,
              phase, last_visit_at AS lastVisitAt
       FROM (SELECT key AS rank, value AS hit FROM json_each(?1)) j CROSS JOIN customer ON customer.id = j.hit
       WHERE deleted IS NOT 1 ORDER BY j.rank LIMIT 100`,
      [JSON.stringify(ids.slice(0, 100))],
    );
    return rows.map((row) => ({ ...row, ...more(database, row.id, local) }));
  },
});

function more(
  database: Database,
  customer: string,
  { day, from }: LocalDay,
): Pick<MapCustomer, "openTasks" | "complaints" | "deal"> {
  const deal = database.get<NonNullable<MapCustomer["deal"]>>(
    `SELECT stage, amount, json_extract(doc, '$.v.currency') AS currency, stage_since, close_day FROM deal
     WHERE customer = ?1 AND stage NOT IN ('won', 'lost') AND deleted IS NOT 1
     ORDER BY ${slipsOn("?2", "?3")} DESC, amount DESC LIMIT 1`,
    [customer, day, from],
  );
  return { ...openTasksOf(database, customer), deal: deal ?? null };
}

/** A visit of the team's day, where the customer has a place. */
export interface MapVisit {
  readonly id: string;
  readonly person: string;
  /** "" where the colleague is not on the device. */
  readonly personName: string;
  readonly status: VisitStatus;
  readonly position: number | null;
  readonly planned_at: number | null;
  readonly checked_in_at: number | null;
  readonly customer: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Everybody's visits of one day: those still planned for it, and those that took place on it. */
export const mapDay = defineQuery<{ day: string; from: number; to: number }, MapVisit[]>({
  reads: ["visit", "customer", "person"],
  run(database, { day, from, to }) {
    return database.all<MapVisit>(
      `SELECT x.id, x.person, coalesce(p.name, '') AS personName, x.status, x.position, x.planned_at, x.checked_in_at,
              c.id AS customer, c.latitude, c.longitude
       FROM (SELECT id, person, customer, status, position, planned_at, checked_in_at FROM visit
             WHERE planned_day = ?1 AND checked_in_at IS NULL AND status IS NOT 'cancelled' AND deleted IS NOT 1
             UNION ALL
             SELECT id, person, customer, status, iif(planned_day IS ?1, position, NULL), planned_at, checked_in_at FROM visit
             WHERE checked_in_at >= ?2 AND checked_in_at < ?3
             AND status IS NOT 'cancelled' AND deleted IS NOT 1) x
       JOIN customer c ON c.id = x.customer LEFT JOIN person p ON p.id = x.person
       WHERE c.latitude IS NOT NULL AND c.longitude IS NOT NULL LIMIT 1000`,
      [day, from, to],
    );
  },
});

import type { CustomerValueClass } from "$sync/schema.gen.ts";
import { birthdaysAbout } from "../birthdays.ts";
import { defineQuery } from "../query.ts";
import { PATIENCE_DAYS_BY_STAGE, slipsOn } from "../slipping.ts";
import { ABOUT, type LocalDay, reasonsOf, type Stop } from "./today.ts";

/** A customer who might be visited on a day, with what may be a reason. */
export interface PlanCandidate
  extends NonNullable<Stop["customer"]>,
    Pick<Stop, "lastVisitAt" | "birthdays" | "deal" | "openTasks" | "complaints"> {}

/** For each value class ("" for none): nobody seen later than this instant is due; UTC milliseconds. */
export type SeenBefore = Readonly<Record<CustomerValueClass | "", number>>;

/** So many of each value class, and of each other reason, are looked at. */
const OF_EACH = 40;

/** The open stages: named, they are found by an index. */
const OPEN = Object.keys(PATIENCE_DAYS_BY_STAGE)
  .map((stage) => `'${stage}'`)
  .join(", ");

/**
 * The customers of a person who may be worth a visit on a day: unseen since `seenBefore`, with a deal that slips, with a birthday
 * about then, with a complaint, or with a task due. Whoever has a visit planned from `today` on, or an open one, is not among them.
 */
export const planCandidates = defineQuery<
  { person: string; today: string; seenBefore: SeenBefore } & LocalDay,
  PlanCandidate[]
>({
  reads: ["visit", "customer", "contact", "deal", "task", "order"],
  run(database, { person, today, seenBefore, ...local }) {
    const { day, from } = local;
    const found = new Set<string>();
    const collect = (sql: string, values: readonly (string | number | null)[]) => {
      for (const { id } of database.all<{ id: string }>(sql, values)) found.add(id);
    };
    for (const [value_class, before] of Object.entries(seenBefore))
      collect(
        `SELECT id FROM customer WHERE deleted IS NOT 1 AND owner = ?1 AND value_class IS ?2
         AND (last_visit_at IS NULL OR last_visit_at <= ?3) ORDER BY last_visit_at LIMIT ${OF_EACH}`,
        [person, value_class === "" ? null : value_class, before],
      );
    collect(
      `SELECT d.customer AS id FROM deal d CROSS JOIN customer c ON c.id = d.customer
       WHERE d.stage IN (${OPEN}) AND d.deleted IS NOT 1 AND (${slipsOn("?2", "?3")}) AND c.owner = ?1
       ORDER BY d.amount DESC LIMIT ${OF_EACH}`,
      [person, day, from],
    );
    collect(
      `SELECT k.customer AS id FROM contact k CROSS JOIN customer c ON c.id = k.customer
       WHERE k.deleted IS NOT 1 AND substr(k.birthday, 6) IN (${ABOUT}) AND c.owner = ? LIMIT ${2 * OF_EACH}`,
      [...birthdaysAbout(day), person],
    );
    collect(
      `SELECT customer AS id FROM task WHERE status = 'open' AND due_day <= ?2 AND person = ?1 AND customer IS NOT NULL
       AND deleted IS NOT 1 ORDER BY due_day LIMIT ${OF_EACH}`,
      [person, day],
    );
    collect(
      `SELECT t.customer AS id FROM task t JOIN customer c ON c.id = t.customer
       WHERE t.type = 'complaint' AND t.status = 'open' AND t.deleted IS NOT 1 AND c.owner = ?1 ORDER BY t.due_day LIMIT ${OF_EACH}`,
      [person],
    );
    return database
      .all<NonNullable<Stop["customer"]>>(
        `SELECT c.id, c.name, json_extract(c.doc, '$.v.trade') AS trade, c.street, c.city, c.phone, c.latitude, c.longitude,
                c.value_class, c.phase, c.country, json_extract(c.doc, '$.v.opening_hours') AS opening_hours
         FROM json_each(?1) j CROSS JOIN customer c ON c.id = j.value
         WHERE c.owner = ?2 AND c.deleted IS NOT 1 AND NOT EXISTS (
           SELECT 1 FROM visit v WHERE v.customer = c.id AND v.deleted IS NOT 1
           AND (v.status = 'open' OR (v.status = 'planned' AND v.planned_day >= ?3)))
         LIMIT 500`,
        [JSON.stringify([...found]), person, today],
      )
      .map((customer) => ({ ...customer, ...reasonsOf(database, customer.id, "", null, local) }));
  },
});

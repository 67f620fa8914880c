import type { DealStage } from "$sync/schema.gen.ts";
import { DISCOUNT_WAITS } from "../attention.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";
import { DEAL_COLUMNS, type DealRow } from "./customer.ts";
import { personName } from "./person.ts";

/** The deals of one stage, the greatest first; of one owner or of everybody (null). */
export const dealsPage = defineQuery<
  { stage: DealStage; owner: string | null; offset: number; limit: number },
  DealRow[]
>({
  reads: ["deal", "customer", "person"],
  run(database, { stage, owner, offset, limit }) {
    return database.all<DealRow>(
      `SELECT ${DEAL_COLUMNS} FROM deal d LEFT JOIN customer c ON c.id = d.customer
       WHERE d.stage = ?1 AND (?2 IS NULL OR d.owner = ?2) AND d.deleted IS NOT 1
       ORDER BY d.amount DESC, d.id LIMIT ?4 OFFSET ?3`,
      [stage, owner, offset, limit],
    );
  },
});

/** What stands in one stage in one currency. */
export interface StageTotal {
  readonly stage: DealStage;
  readonly currency: string | null;
  readonly deals: number;
  /** Minor units. */
  readonly amount: number;
  /** Open deals whose closing day has passed. */
  readonly slipping: number;
}

/** Count and sum by stage and currency; of one owner or of everybody (null). `today` is an ISO day. */
export const dealsTotals = defineQuery<{ owner: string | null; today: string }, StageTotal[]>({
  reads: ["deal"],
  run(database, { owner, today }) {
    return database.all<StageTotal>(
      `SELECT stage, json_extract(doc, '$.v.currency') AS currency, count(*) AS deals, coalesce(sum(amount), 0) AS amount,
              coalesce(sum(stage NOT IN ('won', 'lost') AND close_day < ?2), 0) AS slipping
       FROM deal WHERE (?1 IS NULL OR owner = ?1) AND deleted IS NOT 1 GROUP BY 1, 2 LIMIT 200`,
      [owner, today],
    );
  },
});

/** A deal whose discount waits for a manager's answer. */
export interface DiscountRequest {
  readonly deal: Visible<"deal">;
  /** Who asks, "" if he is not on the device. */
  readonly askedByName: string;
}

/** The discounts that wait, who has waited longest first. */
export const dealsDiscounts = defineQuery<{ limit: number }, DiscountRequest[]>({
  reads: ["deal", "person"],
  run(database, { limit }) {
    const found = database.all<{ id: string }>(
      `SELECT d.id FROM deal d WHERE ${DISCOUNT_WAITS} ORDER BY d.discount_asked_at, d.id LIMIT ?`,
      [limit],
    );
    return found.flatMap(({ id }) => {
      const deal = readVisible(database, "deal", id);
      return deal === null ? [] : [{ deal, askedByName: personName(database, deal.discount_asked_by ?? "") }];
    });
  },
});

/** One deal with its customer's name, null if it is not on this device. */
export const dealOne = defineQuery<{ id: string }, { deal: Visible<"deal">; customerName: string | null } | null>({
  reads: ["deal", "customer"],
  run(database, { id }) {
    const deal = readVisible(database, "deal", id);
    if (deal === null) return null;
    const found = database.get<{ name: string }>("SELECT name FROM customer WHERE id = ?", [deal.customer ?? null]);
    return { deal, customerName: found?.name ?? null };
  },
});

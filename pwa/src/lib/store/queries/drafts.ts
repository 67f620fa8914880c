import { defineQuery } from "../query.ts";

/** An order that somebody took and has not placed. */
export interface DraftOrder {
  readonly id: string;
  readonly root: string;
  readonly customerName: string | null;
  /** Minor units. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** When it was taken: milliseconds since 1970 UTC. */
  readonly ordered_at: number | null;
}

/** A person's orders that were never placed, the oldest first. */
export const orderDrafts = defineQuery<{ person: string; limit: number }, DraftOrder[]>({
  reads: ["order", "customer"],
  run: (database, { person, limit }) =>
    database.all<DraftOrder>(
      `SELECT x.id, x.root, c.name AS customerName, x.amount, json_extract(x.doc, '$.v.currency') AS currency, x.ordered_at
       FROM "order" x LEFT JOIN customer c ON c.id = x.customer
       WHERE x.person = ? AND x.status = 'draft' AND x.deleted IS NOT 1 ORDER BY x.ordered_at LIMIT ?`,
      [person, limit],
    ),
});

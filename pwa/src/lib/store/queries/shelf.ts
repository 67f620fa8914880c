import type { ShelfCheckStock } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";

/** What was seen on the shelf at one visit, in the order in which it was. */
export const shelfOfVisit = defineQuery<{ visit: string }, Visible<"shelf_check">[]>({
  reads: ["shelf_check"],
  run(database, { visit }) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM shelf_check WHERE visit = ? AND deleted IS NOT 1 ORDER BY id LIMIT 200",
      [visit],
    );
    return ids.flatMap(({ id }) => readVisible(database, "shelf_check", id) ?? []);
  },
});

/** One of our products that stands on a customer's shelf, presumably. */
export interface OwnProduct {
  readonly id: string;
  readonly name: string;
  /** How it was the last time that somebody looked, before `before`. */
  readonly lastStock: ShelfCheckStock | null;
}

/** Our products that a customer ordered or that were seen at his place, the latest first. */
export const shelfOwn = defineQuery<{ customer: string; before: number; limit: number }, OwnProduct[]>({
  reads: ["shelf_check", "order", "product"],
  run(database, { customer, before, limit }) {
    return database.all<OwnProduct>(
      `WITH bought AS (
         SELECT id, ordered_at, doc FROM "order"
         WHERE customer = ?1 AND ordered_at < ?2 AND status IS NOT 'cancelled' AND deleted IS NOT 1
         ORDER BY ordered_at DESC LIMIT 3
       ), known AS (
         SELECT json_extract(line.value, '$.product') AS product, bought.ordered_at AS at
         FROM bought, json_each(bought.doc, '$.v.lines') AS line
         UNION ALL
         SELECT product, seen_at FROM shelf_check
         WHERE customer = ?1 AND seen_at < ?2 AND product IS NOT NULL AND deleted IS NOT 1
       )
       SELECT p.id, p.name,
              (SELECT s.stock FROM shelf_check s WHERE s.customer = ?1 AND s.product = p.id AND s.seen_at < ?2
               AND s.deleted IS NOT 1 ORDER BY s.seen_at DESC LIMIT 1) AS lastStock
       FROM known JOIN product p ON p.id = known.product
       WHERE p.deleted IS NOT 1 GROUP BY p.id ORDER BY max(known.at) DESC, p.sort_key LIMIT ?3`,
      [customer, before, limit],
    );
  },
});

/** A competitor's product as it was seen the last time. */
export interface CompetitorSeen {
  readonly id: string;
  readonly competitor: string;
  readonly name: string | null;
  readonly stock: ShelfCheckStock | null;
  readonly seen_at: number;
  /** Minor units. */
  readonly price: number | null;
  readonly currency: string | null;
  readonly note: string | null;
  readonly personName: string | null;
}

const COMPETITOR = `s.id, s.competitor, s.name, s.stock, max(s.seen_at) AS seen_at,
  s.doc ->> '$.v.price' AS price, s.doc ->> '$.v.currency' AS currency, s.doc ->> '$.v.note' AS note,
  (SELECT name FROM person WHERE id = s.person) AS personName`;

/** Products of competitors seen at a customer's, the latest look at each, the latest first. */
export const shelfCompetitors = defineQuery<{ customer: string; limit: number }, CompetitorSeen[]>({
  reads: ["shelf_check", "person"],
  run(database, { customer, limit }) {
    return database.all<CompetitorSeen>(
      `SELECT ${COMPETITOR} FROM shelf_check s
       WHERE s.customer = ?1 AND s.competitor IS NOT NULL AND s.deleted IS NOT 1
       GROUP BY s.competitor, s.name ORDER BY max(s.seen_at) DESC LIMIT ?2`,
      [customer, limit],
    );
  },
});

/** Products of competitors to offer at a customer's: seen there, then in his town, the latest first. */
export const shelfNearby = defineQuery<
  { customer: string; limit: number },
  { competitor: string; name: string | null }[]
>({
  reads: ["shelf_check", "customer"],
  run(database, { customer, limit }) {
    return database.all(
      `SELECT s.competitor, s.name FROM shelf_check s JOIN customer c ON c.id = s.customer
       WHERE s.competitor IS NOT NULL AND s.deleted IS NOT 1
         AND (s.customer = ?1 OR c.city = (SELECT city FROM customer WHERE id = ?1))
       GROUP BY s.competitor, s.name ORDER BY max(s.customer = ?1) DESC, max(s.seen_at) DESC LIMIT ?2`,
      [customer, limit],
    );
  },
});

import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";
import type { ListPrice } from "./product.ts";

/** An order with what its page shows. */
export interface OrderDetail {
  readonly order: Visible<"order">;
  readonly customerName: string | null;
  /** What its products are called, by id. */
  readonly names: Readonly<Record<string, string>>;
  /** What its products cost by the list today, by id, in whatever money. */
  readonly listed: Readonly<Record<string, ListPrice>>;
}

interface ProductRow extends ListPrice {
  readonly id: string;
  readonly name: string;
}

function detailOf(database: Database, id: string | undefined): OrderDetail | null {
  const order = id === undefined ? null : readVisible(database, "order", id);
  if (order === null || order.deleted === true) return null;
  const customer = database.get<{ name: string }>("SELECT name FROM customer WHERE id = ?", [order.customer ?? null]);
  const products = database.all<ProductRow>(
    `SELECT id, name, doc ->> '$.v.price' AS price, doc ->> '$.v.currency' AS currency FROM product
     WHERE id IN (SELECT value ->> '$.product' FROM json_each(?)) LIMIT 500`,
    [JSON.stringify(order.lines ?? [])],
  );
  return {
    order,
    customerName: customer?.name ?? null,
    names: Object.fromEntries(products.map((one) => [one.id, one.name])),
    listed: Object.fromEntries(products.map(({ id, price, currency }) => [id, { price, currency }])),
  };
}

/** One order, null if it is not on this device. */
export const orderOne = defineQuery<{ id: string }, OrderDetail | null>({
  reads: ["order", "customer", "product"],
  run: (database, { id }) => detailOf(database, id),
});

/** The last order that a customer placed, null for none. */
export const orderLast = defineQuery<{ customer: string }, OrderDetail | null>({
  reads: ["order", "customer", "product"],
  run(database, { customer }) {
    const last = database.get<{ id: string }>(
      `SELECT id FROM "order" WHERE customer = ? AND status IN ('placed', 'delivered') AND deleted IS NOT 1
       ORDER BY ordered_at DESC LIMIT 1`,
      [customer],
    );
    return detailOf(database, last?.id);
  },
});

/** The orders taken at a visit. */
export const orderOfVisit = defineQuery<{ customer: string; visit: string }, OrderDetail[]>({
  reads: ["order", "customer", "product"],
  run(database, { customer, visit }) {
    const ids = database.all<{ id: string }>(
      `SELECT id FROM "order" WHERE customer = ? AND json_extract(doc, '$.v.visit') = ? AND deleted IS NOT 1
       ORDER BY id LIMIT 20`,
      [customer, visit],
    );
    return ids.flatMap(({ id }) => detailOf(database, id) ?? []);
  },
});

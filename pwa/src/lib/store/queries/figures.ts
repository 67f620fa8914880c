import type { CustomerValueClass } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";

/** What the server has computed of the customers of one value class. */
export interface ClassFigures {
  /** null: not yet classed. */
  readonly value_class: CustomerValueClass | null;
  /** Profit of twelve months, minor units of the organisation's currency. */
  readonly margin_12m: number;
  /** Customers with a satisfaction index, and the sum of their indexes. */
  readonly rated: number;
  readonly satisfaction: number;
}

/** Profit and satisfaction by value class, of one owner or of everybody (null). Apart from `overview.by_value`, because only a change of customers concerns it. */
export const overviewFigures = defineQuery<{ owner: string | null }, ClassFigures[]>({
  reads: ["customer"],
  run(database, { owner }) {
    return database.all<ClassFigures>(
      `SELECT value_class, coalesce(sum(json_extract(doc, '$.v.margin_12m')), 0) AS margin_12m,
              count(json_extract(doc, '$.v.satisfaction')) AS rated,
              coalesce(sum(json_extract(doc, '$.v.satisfaction')), 0) AS satisfaction
       FROM customer WHERE deleted IS NOT 1 AND (?1 IS NULL OR owner = ?1) GROUP BY value_class LIMIT 10`,
      [owner],
    );
  },
});

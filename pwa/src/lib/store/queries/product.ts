import { defineQuery } from "../query.ts";
import { idsOfSearch } from "../search.ts";

/** A product's price as it stands in the list. */
export interface ListPrice {
  /** Minor units of `currency`; null where the list has none. */
  readonly price: number | null;
  /** Null where it is the organisation's. */
  readonly currency: string | null;
}

/** A product in a list. */
export interface ProductRow extends ListPrice {
  readonly id: string;
  readonly name: string;
  readonly article_number: string | null;
  readonly category: string | null;
  readonly packaging: string | null;
}

const COLUMNS = `id, name, article_number, category, json_extract(doc, '$.v.packaging') AS packaging,
  json_extract(doc, '$.v.price') AS price, json_extract(doc, '$.v.currency') AS currency`;

/** The products on sale by name; those that match `search` where it is not empty. */
export const productList = defineQuery<{ search: string; offset: number; limit: number }, ProductRow[]>({
  reads: ["product"],
  run(database, { search, offset, limit }) {
    if (search.trim() === "") {
      return database.all<ProductRow>(
        `SELECT ${COLUMNS} FROM product WHERE deleted IS NOT 1 AND active IS NOT 0 ORDER BY sort_key LIMIT ? OFFSET ?`,
        [limit, offset],
      );
    }
    const ids = idsOfSearch(database, "product", search, offset, limit);
    return ids.flatMap(
      (id) => database.get<ProductRow>(`SELECT ${COLUMNS} FROM product WHERE id = ? AND active IS NOT 0`, [id]) ?? [],
    );
  },
});

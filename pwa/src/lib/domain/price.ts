/** What a product costs by the list, and in which money: the list is in one, and nothing is converted (docs/decisions/0242). */

import type { ListPrice } from "#lib/store/queries/product";

/** The price by the list in this money, null where there is none in it. */
export const priceIn = ({ price, currency: own }: ListPrice, currency: string, organisation: string): number | null =>
  (own ?? organisation) === currency ? price : null;

/** The prices by the list in this money, of those products that have one in it. */
export const pricesIn = (
  listed: Readonly<Record<string, ListPrice>>,
  currency: string,
  organisation: string,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(listed).flatMap(([product, one]) => {
      const price = priceIn(one, currency, organisation);
      return price === null ? [] : [[product, price] as const];
    }),
  );

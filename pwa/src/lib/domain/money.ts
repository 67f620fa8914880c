/** Sums of money. Amounts are minor units; different currencies are never added together. */

/** An amount of one currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** The sum of each currency, the one with most entries first: that is the one the reader thinks in. */
export function sumByCurrency(entries: readonly Money[]): readonly Money[] {
  const sums = new Map<string, { amount: number; count: number }>();
  for (const { amount, currency } of entries) {
    const sum = sums.get(currency) ?? { amount: 0, count: 0 };
    sums.set(currency, { amount: sum.amount + amount, count: sum.count + 1 });
  }
  return [...sums]
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .map(([currency, { amount }]) => ({ amount, currency }));
}

/**
 * What the sums of a record are in. A customer's own currency is what is sold to him in: what the office computes of him (value,
 * revenue, profit) is in the organisation's, whichever he is given (docs/decisions/0242).
 */
export const currencyOf = (
  kind: string,
  record: { readonly currency?: unknown } | null | undefined,
  organisation: string,
): string => (kind !== "customer" && typeof record?.currency === "string" ? record.currency : organisation);

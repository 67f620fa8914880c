/** A customer's habit of buying, read from his orders: how often, how much, and whether he has fallen silent. */
import { dayOf, daysBetween } from "#lib/i18n/format";
import type { OrderStatus } from "$sync/schema.gen";
import { type Money, sumByCurrency } from "./money";

/** What the rules need to know of an order. `amount` is in minor units of `currency`. */
export interface Purchase {
  readonly status: OrderStatus;
  readonly ordered_at: number;
  readonly amount: number | null;
  readonly currency: string | null;
}

/** The customer is quiet for longer than is his habit. */
export interface Quiet {
  readonly days: number;
  /** Days between two orders, as a rule. */
  readonly usualDays: number;
  /** What an order mostly comes to, in the currency of the last one; null where that is not known. */
  readonly usualAmount: number | null;
  readonly currency: string | null;
}

/** Habits are read from this many of the newest orders… */
const HABIT_ORDERS = 12;
/** …and not from fewer than this. */
const FEWEST_ORDERS = 4;
/** Silence this many times as long as the habit is worth a word, and never before two weeks. */
const PATIENCE = 1.5;
const FEWEST_DAYS = 14;

const isBought = (order: Purchase): boolean => order.status === "placed" || order.status === "delivered";

/** The middle one; of two middle ones the lower, so that it is a number that really occurred. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** Tells when a customer with a habit has not ordered for clearly longer than usual; null where there is nothing to say. */
export function quietFor(orders: readonly Purchase[], now: number, timeZone: string): Quiet | null {
  const bought = orders
    .filter(isBought)
    .sort((a, b) => b.ordered_at - a.ordered_at)
    .slice(0, HABIT_ORDERS);
  const last = bought[0];
  if (last === undefined || bought.length < FEWEST_ORDERS) return null;
  const orderDays = bought.map((order) => dayOf(order.ordered_at, timeZone));
  const gaps = orderDays.slice(1).map((day, index) => daysBetween(day, orderDays[index] ?? day));
  const usualDays = Math.max(1, median(gaps) ?? 1);
  const days = daysBetween(dayOf(last.ordered_at, timeZone), dayOf(now, timeZone));
  if (days < FEWEST_DAYS || days < usualDays * PATIENCE) return null;
  const amounts = bought.filter((order) => order.currency === last.currency).flatMap((order) => order.amount ?? []);
  return { days, usualDays, usualAmount: median(amounts), currency: last.currency };
}

/** What was bought in one month. */
export interface MonthSum {
  /** The instant at which the month begins, UTC milliseconds. */
  readonly from: number;
  /** Minor units. */
  readonly amount: number;
}

/**
 * Sums of purchases by month. `starts` are the instants at which the months begin, oldest first, so that any calendar will do;
 * the last month is the present one. Only `currency` counts, and what names none: different moneys are never added.
 */
export function sumByMonth(
  orders: readonly Purchase[],
  starts: readonly number[],
  currency: string | null,
): readonly MonthSum[] {
  return starts.map((from, index) => {
    const to = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    const inside = orders.filter(
      (order) =>
        isBought(order) &&
        (order.currency ?? currency) === currency &&
        order.ordered_at >= from &&
        order.ordered_at < to,
    );
    return { from, amount: inside.reduce((sum, order) => sum + (order.amount ?? 0), 0) };
  });
}

/** What was bought since an instant, by currency, the usual one first; `currency` is that of orders which name none. */
export const boughtSince = (orders: readonly Purchase[], from: number, currency: string): readonly Money[] =>
  sumByCurrency(
    orders
      .filter((order) => isBought(order) && order.ordered_at >= from)
      .map((order) => ({ amount: order.amount ?? 0, currency: order.currency ?? currency })),
  );

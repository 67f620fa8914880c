/** Taking an order, from wherever it is done. */
import { bringBack, discard, linesOf, newOrder, type OrderLine, repriced, unpriced } from "#lib/domain/order";
import { pricesIn } from "#lib/domain/price";
import { fmt, m } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import type { OrderDetail } from "#lib/store/queries/order";
import { toasts } from "#lib/ui/toasts.svelte";
import { goto } from "$app/navigation";
import { once } from "./once";
import { save } from "./save";

/** Whose order, at which visit, in what money. */
export interface OrderFor {
  readonly customer: string;
  readonly visit: string | null;
  readonly currency: string;
}

/** An order is taken once, however often its button is tapped before its page is there. */
const take = once(async (store: Store, whose: OrderFor, lines: readonly OrderLine[], status: "draft" | "placed") => {
  const id = store.newId();
  const taken = { ...whose, id, person: store.account.person, now: store.now() };
  if (!(await save(store, [newOrder(taken, lines, status)]))) return null;
  await goto(`/orders/${id}`);
  return { id, root: whose.customer };
});

/** Begins an empty order and opens it. */
export const takeOrder = (store: Store, whose: OrderFor) => take(store, whose, [], "draft");

/** What an order holds: every line, or of more than `most` the first ones and how many more there are. */
export function wordsOfLines({ order, names }: OrderDetail, most: number): string {
  const lines = linesOf(order);
  const named = lines.length > most ? lines.slice(0, most - 1) : lines;
  // Each by itself: a name in another script must not turn the whole list around.
  const words = named.map(({ product, quantity }) =>
    fmt.isolated(`${fmt.number(quantity)} × ${names[product] ?? "…"}`),
  );
  const more = lines.length - named.length;
  return fmt.list(more === 0 ? words : [...words, m.order_more_products({ count: more })]);
}

/** What was ordered the last time, at today's prices in the money that it was ordered in; without a currency of its own the organisation's. */
export function repeatable({ order, listed }: OrderDetail, organisation: string) {
  const currency = order.currency ?? organisation;
  return { currency, ...repriced(linesOf(order), pricesIn(listed, currency, organisation)) };
}

/**
 * Places what was ordered the last time once more, at today's prices, and opens it; taken back by a tap. Where something on it has no price it
 * is a draft.
 */
export async function repeatOrder(
  store: Store,
  whose: Omit<OrderFor, "currency">,
  last: OrderDetail,
  organisation: string,
): Promise<void> {
  const { lines, changes, currency } = repeatable(last, organisation);
  const isDraft = unpriced(lines).length > 0;
  const made = await take(store, { ...whose, currency }, lines, isDraft ? "draft" : "placed");
  if (made === null) return;
  const words = changes.length === 0 ? m.order_repeated : m.order_repeated_prices;
  const text = isDraft ? m.order_repeated_as_draft() : words();
  toasts.show({ text, undo: () => void save(store, [discard(made)]) });
}

export async function discardOrder(store: Store, order: { id: string; root: string }): Promise<void> {
  if (!(await save(store, [discard(order)]))) return;
  toasts.show({ text: m.order_discarded(), undo: () => void save(store, [bringBack(order)]) });
  await goto(`/customers/${order.root}`);
}

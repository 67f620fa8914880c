/** An order being taken: lines of products, saved at every change. Functions answer with the changes to save. */
import type { ChangeOf, ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import type { Json } from "$sync/joins";
import type { OrderStatus } from "$sync/schema.gen";

/** One product of an order. */
export interface OrderLine {
  readonly product: string;
  readonly quantity: number;
  /** Minor units for one piece; absent where nobody has said yet, which is not the same as 0. */
  readonly price?: number;
}

export const MAX_QUANTITY = 10_000_000;
export const MAX_PRICE = 10 ** 12;
const MAX_LINES = 500;

/** The lines of a record, whoever wrote it. */
export function linesOf(order: Pick<Visible<"order">, "lines">): readonly OrderLine[] {
  return (order.lines ?? []).flatMap((line) => {
    const { product, quantity, price } = line as unknown as OrderLine;
    if (typeof product !== "string" || typeof quantity !== "number") return [];
    return [{ product, quantity, ...(typeof price === "number" ? { price } : {}) }];
  });
}

/** Minor units, of the lines that have a price. */
export const amountOf = (lines: readonly OrderLine[]): number =>
  lines.reduce((sum, { quantity, price }) => sum + quantity * (price ?? 0), 0);

/** The lines without a price: an order is not placed while there are any. */
export const unpriced = (lines: readonly OrderLine[]): readonly OrderLine[] =>
  lines.filter(({ price }) => price === undefined);

/** A line that costs another price today. */
export interface PriceChange {
  readonly product: string;
  readonly old: number;
  readonly new: number;
}

/** Lines at today's prices, and which of them changed. What has no price today keeps its own. */
export function repriced(
  lines: readonly OrderLine[],
  prices: Readonly<Record<string, number>>,
): { readonly lines: readonly OrderLine[]; readonly changes: readonly PriceChange[] } {
  const changes = lines.flatMap(({ product, price: old }) => {
    const price = prices[product] ?? old;
    return old === undefined || price === undefined || price === old ? [] : [{ product, old, new: price }];
  });
  return { lines: lines.map((line) => ({ ...line, ...priced(prices[line.product]) })), changes };
}

type Key = { readonly id: string; readonly root: string };

const change = (order: Key, v: ValuesOf<"order">): ChangeOf<"order"> => ({
  kind: "order",
  id: order.id,
  root: order.root,
  v,
});

/** Whose order it is, who takes it and when; the visit where it is taken at one. */
export interface NewOrder {
  readonly id: string;
  readonly customer: string;
  readonly person: string;
  readonly visit: string | null;
  readonly currency: string;
  readonly now: number;
}

export function newOrder(taken: NewOrder, lines: readonly OrderLine[], status: OrderStatus): ChangeOf<"order"> {
  const { id, customer, person, visit, currency, now } = taken;
  return change(
    { id, root: customer },
    {
      ...{ customer, person, status, ordered_at: now, currency, amount: amountOf(lines) },
      ...(visit === null ? {} : { visit }),
      lines: lines as unknown as readonly Json[],
    },
  );
}

export const setLines = (order: Key, lines: readonly OrderLine[]): ChangeOf<"order"> =>
  change(order, { lines: lines as unknown as readonly Json[], amount: amountOf(lines) });

const priced = (price: number | undefined) => (price === undefined ? {} : { price });

/** The lines with this quantity of a product; without it at 0. What is not ordered yet comes last, at `price`, where that is known. */
export function withQuantity(
  lines: readonly OrderLine[],
  product: string,
  quantity: number,
  price?: number,
): readonly OrderLine[] {
  const wanted = Math.min(MAX_QUANTITY, Math.max(0, Math.round(quantity)));
  if (wanted === 0) return lines.filter((line) => line.product !== product);
  if (lines.some((line) => line.product === product))
    return lines.map((line) => (line.product === product ? { ...line, quantity: wanted } : line));
  return lines.length >= MAX_LINES ? lines : [...lines, { product, quantity: wanted, ...priced(price) }];
}

/** The lines with this price of a product. */
export const withPrice = (lines: readonly OrderLine[], product: string, price: number): readonly OrderLine[] =>
  lines.map((line) => (line.product === product ? { ...line, price } : line));

/** Back from taking a line off: where it stood before, unless its product is ordered again. */
export function withLineBack(lines: readonly OrderLine[], line: OrderLine, at: number): readonly OrderLine[] {
  return lines.some(({ product }) => product === line.product) ? lines : lines.toSpliced(at, 0, line);
}

/** Placed is what goes to the office; back to a draft it is the rep's again. */
export const setStatus = (order: Key, status: OrderStatus, now: number): ChangeOf<"order"> =>
  change(order, status === "placed" ? { status, ordered_at: now } : { status });

export const discard = (order: Key): ChangeOf<"order"> => change(order, { deleted: true });
export const bringBack = (order: Key): ChangeOf<"order"> => change(order, { deleted: null });

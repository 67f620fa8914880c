/** A discount on a deal: the owner asks for it, a manager answers, and what is granted goes off the amount. */

import type { Change, ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import { isOpenStage } from "./deal";

/** Per cents that one tap asks for. */
export const DISCOUNTS = [2, 3, 5, 7, 10, 15, 20, 25] as const;

/** What there is to know of a discount on a deal. */
export type Discounted = Pick<Visible<"deal">, "stage" | "discount" | "discount_asked_at" | "discount_answered"> & {
  /** A list's row has 0 and 1. */
  readonly discount_granted?: boolean | number | null;
};

/** `asked`: somebody waits for an answer. */
export type DiscountState = "none" | "asked" | "granted" | "declined";

/** Where the last request of a deal stands; whoever asks again waits again, and a deal that is over waits no more. */
export function discountState(deal: Discounted): DiscountState {
  if (typeof deal.discount !== "number" || typeof deal.discount_asked_at !== "number") return "none";
  if (deal.discount_answered === deal.discount_asked_at) return deal.discount_granted ? "granted" : "declined";
  return isOpenStage(deal.stage) ? "asked" : "none";
}

/** Minor units that are left of an amount; half a unit goes up. */
export const priceAfter = (amount: number, percent: number): number => Math.round((amount * (100 - percent)) / 100);

/**
 * The margin in whole per cent that is left after a discount: costs stay, the price falls. Null where nothing is paid at all, and
 * never below −1 000, which is the least that a deal holds.
 */
export function marginAfter(margin: number, percent: number): number | null {
  if (percent >= 100) return null;
  return Math.max(-1000, Math.round(100 * (1 - (1 - margin / 100) / (1 - percent / 100))));
}

type DealRef = Pick<Visible<"deal">, "id" | "root">;

const REQUEST = ["discount", "discount_reason", "discount_asked_by", "discount_asked_at"] as const;
const ANSWER = ["discount_answered", "discount_answered_by", "discount_granted"] as const;
const PRICE = ["amount", "margin"] as const;

/** What a request writes, and what answering it writes over. */
export type Asked = Pick<Visible<"deal">, (typeof REQUEST | typeof ANSWER | typeof PRICE)[number]>;

const change = ({ id, root }: DealRef, v: ValuesOf<"deal">): Change[] => [{ kind: "deal", id, root, v }];

/** Writes these fields as they were before. */
const asBefore = (before: DealRef & Asked, fields: readonly (keyof Asked)[]): Change[] =>
  change(before, Object.fromEntries(fields.map((field) => [field, before[field] ?? null])));

export const askDiscount = (
  deal: DealRef,
  { percent, reason }: { percent: number; reason: string },
  person: string,
  now: number,
): Change[] =>
  change(deal, {
    discount: percent,
    discount_reason: reason.trim() || null,
    discount_asked_by: person,
    discount_asked_at: now,
  });

/** Takes the request back, given the deal as it was before. */
export const askedBefore = (before: DealRef & Asked): Change[] => asBefore(before, REQUEST);

/** A manager's answer; what is granted goes off amount and margin in the same edit, so that every sum tells what will be paid. */
export function answerDiscount(deal: DealRef & Asked, granted: boolean, person: string): Change[] {
  const { discount, discount_asked_at, amount, margin } = deal;
  if (typeof discount !== "number" || typeof discount_asked_at !== "number") return [];
  return change(deal, {
    discount_answered: discount_asked_at,
    discount_answered_by: person,
    discount_granted: granted,
    ...(granted && typeof amount === "number" ? { amount: priceAfter(amount, discount) } : {}),
    ...(granted && typeof margin === "number" ? { margin: marginAfter(margin, discount) } : {}),
  });
}

/** Takes the answer back, given the deal as it was before. */
export const answeredBefore = (before: DealRef & Asked, granted: boolean): Change[] =>
  asBefore(before, granted ? [...ANSWER, ...PRICE] : ANSWER);

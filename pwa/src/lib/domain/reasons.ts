/** The reasons to go to a customer: what a rep wants to know at the door, the most telling first. */
import { dayOf, daysBetween } from "#lib/i18n/format.ts";
import type { CustomerValueClass, DealStage } from "$sync/schema.gen.ts";
import { isOpenStage, isSlipping, type OpenStage } from "./deal.ts";

/** What is known of a customer and may be a reason. */
export interface Facts {
  readonly value_class: CustomerValueClass | null;
  /** UTC milliseconds of the last finished visit before today, null for never. */
  readonly last_visit_at: number | null;
  /** UTC milliseconds since when a complaint is open, null for none. */
  readonly complaint_at: number | null;
  readonly contacts: readonly { readonly name: string; readonly birthday: string | null }[];
  readonly deals: readonly DealFacts[];
}

/** What is known of a deal and may be a reason. */
export interface DealFacts {
  readonly id: string;
  readonly stage: DealStage;
  readonly stage_since: number | null;
  readonly close_day: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
}

/** One reason to go; a closed set, in the order in which they are shown. */
export type Reason =
  | { readonly reason: "complaint"; readonly days: number }
  | { readonly reason: "value_class"; readonly value_class: "vip" | "main" }
  | { readonly reason: "birthday"; readonly name: string; readonly inDays: number }
  | {
      readonly reason: "deal";
      readonly stage: OpenStage;
      readonly amount: number | null;
      readonly currency: string | null;
    }
  | { readonly reason: "slipping" }
  | { readonly reason: "not_seen"; readonly days: number }
  | { readonly reason: "first_visit" };

/** A birthday is a reason on the day and in the week before it. */
const BIRTHDAY_AHEAD_DAYS = 7;
/** Days without a visit from which on they are worth a word. */
export const LONG_SINCE_VISIT_DAYS = 30;

export function reasonsToGo(facts: Facts, today: string, timeZone: string): readonly Reason[] {
  const reasons: Reason[] = [];
  const daysSince = (instant: number) => Math.max(0, daysBetween(dayOf(instant, timeZone), today));
  if (facts.complaint_at !== null) reasons.push({ reason: "complaint", days: daysSince(facts.complaint_at) });
  if (facts.value_class === "vip" || facts.value_class === "main")
    reasons.push({ reason: "value_class", value_class: facts.value_class });
  const birthday = nextBirthday(facts.contacts, today);
  if (birthday !== null) reasons.push({ reason: "birthday", ...birthday });
  const deal = foremost(facts.deals, today, timeZone);
  if (deal !== null) {
    reasons.push({ reason: "deal", ...deal.money });
    if (deal.slips) reasons.push({ reason: "slipping" });
  }
  if (facts.last_visit_at === null) reasons.push({ reason: "first_visit" });
  else if (daysSince(facts.last_visit_at) >= LONG_SINCE_VISIT_DAYS)
    reasons.push({ reason: "not_seen", days: daysSince(facts.last_visit_at) });
  return reasons;
}

/** Days from `today` to the next return of `birthday`; 29 February returns on 28 February where the year has none. */
export function daysToBirthday(birthday: string, today: string): number {
  const year = Number(today.slice(0, 4));
  const inYear = (y: number) => {
    const day = `${String(y).padStart(4, "0")}${birthday.slice(4)}`;
    const isLeapDay = birthday.endsWith("-02-29") && new Date(`${day}T00:00:00Z`).getUTCMonth() !== 1;
    return isLeapDay ? `${day.slice(0, 8)}28` : day;
  };
  const ahead = daysBetween(today, inYear(year));
  return ahead >= 0 ? ahead : daysBetween(today, inYear(year + 1));
}

function nextBirthday(contacts: Facts["contacts"], today: string): { name: string; inDays: number } | null {
  const ahead = contacts.flatMap(({ name, birthday }) =>
    birthday === null ? [] : [{ name, inDays: daysToBirthday(birthday, today) }],
  );
  const soonest = ahead.reduce<(typeof ahead)[number] | null>(
    (first, next) => (first === null || next.inDays < first.inDays ? next : first),
    null,
  );
  return soonest !== null && soonest.inDays <= BIRTHDAY_AHEAD_DAYS ? soonest : null;
}

/** The deal to talk about: a slipping one before the others, then the largest. */
function foremost(deals: readonly DealFacts[], today: string, timeZone: string) {
  const open = deals.flatMap((deal) =>
    isOpenStage(deal.stage)
      ? [
          {
            slips: isSlipping(deal, today, timeZone),
            money: { stage: deal.stage, amount: deal.amount, currency: deal.currency },
          },
        ]
      : [],
  );
  open.sort((a, b) => Number(b.slips) - Number(a.slips) || (b.money.amount ?? 0) - (a.money.amount ?? 0));
  return open[0] ?? null;
}

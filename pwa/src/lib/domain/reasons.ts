/** The reasons to go to a customer: what a rep wants to know at the door, the most telling first. */
import { dayOf, daysBetween } from "#lib/i18n/format";
import type { Reader } from "#lib/i18n/locales";
import type { CustomerValueClass, DealStage } from "$sync/schema.gen";
import { type Born, nearestBirthday } from "./birthday";
import { type CallCycles, cycleOf, USUAL_CALL_CYCLES } from "./call-cycle";
import { isOpenStage, isSlipping, type OpenStage } from "./deal";

/** What is known of a customer and may be a reason. */
export interface Facts {
  readonly value_class: CustomerValueClass | null;
  /** UTC milliseconds of the last finished visit before today, null for never. */
  readonly last_visit_at: number | null;
  /** The contacts who may have a birthday about now. */
  readonly birthdays: readonly Born[];
  /** The deal to talk about. */
  readonly deal: DealFacts | null;
  readonly open_tasks: number;
  /** How many of the open tasks are complaints. */
  readonly complaints: number;
}

/** What is known of a deal and may be a reason. */
export interface DealFacts {
  readonly stage: DealStage;
  readonly stage_since: number | null;
  readonly close_day: string | null;
  /** Minor units. */
  readonly amount: number | null;
  readonly currency: string | null;
}

/** One reason to go; a closed set, in the order in which they are shown. */
export type Reason =
  | { readonly reason: "value_class"; readonly value_class: "vip" | "main" }
  | { readonly reason: "birthday"; readonly name: string; readonly inDays: number }
  | { readonly reason: "complaint"; readonly count: number }
  | {
      readonly reason: "deal";
      readonly stage: OpenStage;
      readonly amount: number | null;
      readonly currency: string | null;
    }
  | { readonly reason: "slipping" }
  | { readonly reason: "not_seen"; readonly days: number }
  | { readonly reason: "first_visit" }
  | { readonly reason: "tasks"; readonly count: number };

/** Days without a visit are worth a word from the day on which the call cycle of the customer's class is over. */
export function reasonsToGo(
  facts: Facts,
  today: string,
  { timeZone, calendar }: Pick<Reader, "timeZone" | "calendar">,
  cycles: CallCycles = USUAL_CALL_CYCLES,
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (facts.value_class === "vip" || facts.value_class === "main")
    reasons.push({ reason: "value_class", value_class: facts.value_class });
  const birthday = nearestBirthday(facts.birthdays, today, calendar);
  if (birthday !== null) reasons.push({ reason: "birthday", ...birthday });
  if (facts.complaints > 0) reasons.push({ reason: "complaint", count: facts.complaints });
  const { deal } = facts;
  if (deal !== null && isOpenStage(deal.stage)) {
    reasons.push({ reason: "deal", stage: deal.stage, amount: deal.amount, currency: deal.currency });
    if (isSlipping(deal, today, timeZone)) reasons.push({ reason: "slipping" });
  }
  if (facts.last_visit_at === null) reasons.push({ reason: "first_visit" });
  else {
    const days = daysBetween(dayOf(facts.last_visit_at, timeZone), today);
    if (days >= cycleOf(facts.value_class, cycles)) reasons.push({ reason: "not_seen", days });
  }
  const tasks = facts.open_tasks - facts.complaints;
  if (tasks > 0) reasons.push({ reason: "tasks", count: tasks });
  return reasons;
}

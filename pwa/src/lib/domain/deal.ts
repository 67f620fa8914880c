/** Deals on their way through the pipeline: chances, sums, slipping, and the step to the next stage. */

import { dayOf, daysBetween } from "#lib/i18n/format";
import type { Change } from "#lib/store/change";
import { PATIENCE_DAYS_BY_STAGE } from "#lib/store/slipping";
import type { Visible } from "#lib/store/visible";
import type { DealStage } from "$sync/schema.gen";
import { type Money, sumByCurrency } from "./money";

export const OPEN_STAGES = ["new", "qualified", "proposal", "negotiation"] as const satisfies readonly DealStage[];

/** A stage in which something can still be won. */
export type OpenStage = (typeof OPEN_STAGES)[number];

/** The chance of winning a deal that stands at a stage, until the history of the team tells better. */
export const CHANCE_BY_STAGE: Readonly<Record<DealStage, number>> = {
  new: 0.1,
  qualified: 0.25,
  proposal: 0.5,
  negotiation: 0.75,
  won: 1,
  lost: 0,
};

/** Per cent; a deal with less is hardly worth the way. */
export const THIN_MARGIN = 12;

export const isOpenStage = (stage: DealStage | undefined): stage is OpenStage =>
  OPEN_STAGES.some((open) => open === stage);

/** The stage after `stage`; "won" ends the way, and null is after the end. */
export function stageAfter(stage: DealStage): DealStage | null {
  const at = (OPEN_STAGES as readonly DealStage[]).indexOf(stage);
  return at === -1 ? null : (OPEN_STAGES[at + 1] ?? "won");
}

export const moveTo = (deal: Pick<Visible<"deal">, "id" | "root">, stage: DealStage, now: number): Change[] => [
  { kind: "deal", id: deal.id, root: deal.root, v: { stage, stage_since: now } },
];

/** Back from `moveTo`, given the deal as it was before. */
export const moveBack = (before: Pick<Visible<"deal">, "id" | "root" | "stage" | "stage_since">): Change[] =>
  before.stage === undefined
    ? []
    : [
        {
          kind: "deal",
          id: before.id,
          root: before.root,
          v: { stage: before.stage, stage_since: before.stage_since ?? null },
        },
      ];

/** What slipping looks at. */
export interface Standing {
  readonly stage?: DealStage | undefined;
  readonly stage_since?: number | null | undefined;
  readonly close_day?: string | null | undefined;
}

/** Days in the stage of a deal; null where nobody knows since when. */
export const daysInStage = (deal: Standing, today: string, timeZone: string): number | null =>
  typeof deal.stage_since === "number" ? Math.max(0, daysBetween(dayOf(deal.stage_since, timeZone), today)) : null;

/** An open deal slips when its day of closing has passed, or when it stands in one stage for longer than is usual. */
export function isSlipping(deal: Standing, today: string, timeZone: string): boolean {
  if (!isOpenStage(deal.stage)) return false;
  if (typeof deal.close_day === "string" && deal.close_day < today) return true;
  return (daysInStage(deal, today, timeZone) ?? 0) > PATIENCE_DAYS_BY_STAGE[deal.stage];
}

/** What sums need to know of a deal; `currency` falls back to the organisation's. */
export interface Valued {
  readonly stage?: DealStage | undefined;
  readonly amount?: number | null | undefined;
  readonly currency?: string | null | undefined;
}

/** The amounts of the open deals, by currency. */
export const openSums = (deals: readonly Valued[], currency: string): readonly Money[] =>
  sumByCurrency(moneyOf(deals, currency).map(({ money }) => money));

/** The amounts of the open deals times their chances, by currency, in whole minor units. */
export const weightedSums = (deals: readonly Valued[], currency: string): readonly Money[] =>
  sumByCurrency(
    moneyOf(deals, currency).map(({ stage, money }) => ({ ...money, amount: money.amount * CHANCE_BY_STAGE[stage] })),
  ).map((sum) => ({ ...sum, amount: Math.round(sum.amount) }));

function moneyOf(deals: readonly Valued[], currency: string): { stage: OpenStage; money: Money }[] {
  return deals.flatMap(({ stage, amount, currency: own }) =>
    isOpenStage(stage) && typeof amount === "number" ? [{ stage, money: { amount, currency: own ?? currency } }] : [],
  );
}

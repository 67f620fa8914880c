/** Slipping: how long a deal may stand in a stage, for the worker's SQL and the screens' rules alike. */
import type { DealStage } from "$sync/schema.gen.ts";

const DAY = 86_400_000;

/** Days in a stage after which a deal slips. */
export const PATIENCE_DAYS_BY_STAGE: Readonly<Record<Exclude<DealStage, "won" | "lost">, number>> = {
  new: 30,
  qualified: 21,
  proposal: 14,
  negotiation: 14,
};

const PATIENCE = Object.entries(PATIENCE_DAYS_BY_STAGE).map(([stage, days]) => `WHEN '${stage}' THEN ${days * DAY}`);

/**
 * SQL of whether an open deal slips, 0 or 1: `day` and `from` are the SQL of an ISO day and of its beginning. As `isSlipping` has it, but
 * for a stage that began within an hour of midnight before the clocks were changed.
 */
export const slipsOn = (day: string, from: string): string =>
  `coalesce(close_day < ${day}, 0) OR coalesce(stage_since < ${from} - CASE stage ${PATIENCE.join(" ")} END, 0)`;

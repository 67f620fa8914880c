/** What the plan says of candidates: the rules of lib/domain applied to the rows of the store. */
import type { CallCycles } from "#lib/domain/call-cycle";
import { cycleOf } from "#lib/domain/call-cycle";
import { unseenSince } from "#lib/domain/customer";
import { type Point, pointOf } from "#lib/domain/place";
import type { Candidate } from "#lib/domain/suggestions";
import type { PlanCandidate, SeenBefore } from "#lib/store/queries/plan";

/** A candidate as the rules take it. */
export type Planned = PlanCandidate & Candidate;

/** What a day holds as a rule: enough to fill it, few enough to drive. */
export const FULL_DAY = 8;

export const candidatesOf = (rows: readonly PlanCandidate[]): readonly Planned[] =>
  rows.map((row) => ({
    ...row,
    point: pointOf(row),
    last_visit_at: row.lastVisitAt,
    open_tasks: row.openTasks,
    complaints: row.complaints,
  }));

/** Nobody of a class who was seen later than this is due on `day`. */
export function seenBefore(day: string, cycles: CallCycles, timeZone: string): SeenBefore {
  const before = (days: number) => unseenSince(days, day, timeZone);
  return {
    vip: before(cycles.vip),
    main: before(cycles.main),
    regular: before(cycles.regular),
    small: before(cycles.small),
    "": before(cycleOf(null, cycles)),
  };
}

export const pointsOf = (stops: readonly { readonly point: Point | null }[]): readonly Point[] =>
  stops.flatMap(({ point }) => point ?? []);

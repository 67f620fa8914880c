/** The rest of a day's route in its best order: what to save for it, and how to take that back. */
import type { ChangeOf } from "#lib/store/change";
import { bestOrder } from "./best-order";
import type { Point } from "./place";
import { metresOf, type Stop } from "./route";
import { USUAL_VISIT_MS, type VisitKey } from "./visit";

/** A stop of the route with what a change of it needs to know. */
export type RouteStop = Stop & VisitKey;

/** The rest of the route in another order. */
export interface RouteOrder {
  readonly changes: readonly ChangeOf<"visit">[];
  /** Back to where they stood. */
  readonly undo: readonly ChangeOf<"visit">[];
  /** Metres that it is shorter; less than 0 where appointments want a longer way. */
  readonly saved: number;
}

/** Nobody minds a visit a quarter of an hour from what was said. */
export const PUNCTUAL_MS = 15 * 60_000;

/** Returns the best order of the stops of `route` that lie ahead; null where there is nothing to choose from. */
export function orderRest(route: readonly RouteStop[], here: Point | null, now: number): RouteOrder | null {
  const ahead = route.filter((stop) => stop.status === "planned");
  const placed = ahead.filter((stop): stop is RouteStop & { point: Point } => stop.point !== null);
  if (placed.length < 2) return null;
  const reached = route.filter((stop) => stop.status !== "planned");
  const start = here ?? reached.findLast((stop) => stop.point !== null)?.point ?? null;
  const stops = placed.map(({ point, planned_at: at }) => ({
    point,
    window: at === null ? null : { from: at - PUNCTUAL_MS, to: at + PUNCTUAL_MS },
    stay: USUAL_VISIT_MS,
  }));
  const order = bestOrder(stops, { from: now, start, end: null }).map((place) => placed[place] as RouteStop);
  const ordered = [...order, ...ahead.filter((stop) => stop.point === null)];
  const first = Math.max(0, ...reached.map((stop) => stop.position ?? 0)) + 1;
  const moved = ordered
    .map((stop, at) => ({ stop, position: first + at }))
    .filter(({ stop, position }) => stop.position !== position);
  const isSame = ordered.every((stop, at) => stop === ahead[at]);
  return {
    changes: isSame ? [] : moved.map(({ stop, position }) => positioned(stop, position)),
    undo: isSame ? [] : moved.map(({ stop }) => positioned(stop, stop.position)),
    saved: metresOf([{ point: start }, ...ahead]) - metresOf([{ point: start }, ...ordered]),
  };
}

const positioned = ({ id, root }: VisitKey, position: number | null): ChangeOf<"visit"> => ({
  kind: "visit",
  id,
  root,
  v: { position },
});

/** The rest of a day's route in its best order: what to save for it, and how to take that back. */
import type { ChangeOf } from "#lib/store/change";
import { bestOrder } from "./best-order";
import { type DayEnds, NO_ENDS } from "./day-ends";
import type { Window } from "./opening-hours";
import type { Point } from "./place";
import { metresOf, type Stop } from "./route";
import { USUAL_VISIT_MS, type VisitKey } from "./visit";
import { STRAIGHT, type Ways } from "./ways";

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

/**
 * When a stop may be reached: at the hour that was agreed, else while the customer is open, so that the visit is over before he closes.
 * None where anything will do, which it also does where the door is closed all day.
 */
export function windowsOf({ planned_at: at, hours }: Stop): readonly Window[] {
  if (at !== null) return [{ from: at - PUNCTUAL_MS, to: at + PUNCTUAL_MS }];
  return (hours ?? []).map(({ from, to }) => ({ from, to: Math.max(from, to - USUAL_VISIT_MS) }));
}

/** Returns the best order of the stops of `route` that lie ahead; null where there is nothing to choose from. */
export function orderRest(
  route: readonly RouteStop[],
  here: Point | null,
  now: number,
  ends: DayEnds = NO_ENDS,
  ways: Ways = STRAIGHT,
): RouteOrder | null {
  const ahead = route.filter((stop) => stop.status === "planned");
  const placed = ahead.filter((stop): stop is RouteStop & { point: Point } => stop.point !== null);
  if (placed.length < 2) return null;
  const reached = route.findLast(({ status, point }) => status !== "planned" && point !== null);
  const start = here ?? reached?.point ?? ends.start;
  const stops = placed.map((stop) => ({ point: stop.point, windows: windowsOf(stop), stay: USUAL_VISIT_MS }));
  const order = bestOrder(stops, { from: now, start, end: ends.end, ways }).map((place) => placed[place] as RouteStop);
  const ordered = [...order, ...ahead.filter((stop) => stop.point === null)];
  const metres = (way: readonly RouteStop[]) => metresOf([{ point: start }, ...way, { point: ends.end }], ways.metres);
  return { ...reordered(route, ordered), saved: metres(ahead) - metres(ordered) };
}

/**
 * Puts the stop `id` at the place `to` among those that lie ahead, 0 for the next one; null where it is not one of them. `saved` is
 * what the way is shorter by, mostly less than 0.
 */
export function moveStop(
  route: readonly RouteStop[],
  id: string,
  to: number,
  ways: Ways = STRAIGHT,
): RouteOrder | null {
  const ahead = route.filter((stop) => stop.status === "planned");
  const moved = ahead.find((stop) => stop.id === id);
  if (moved === undefined) return null;
  const ordered = ahead.filter((stop) => stop !== moved);
  ordered.splice(Math.max(0, Math.min(ordered.length, to)), 0, moved);
  return { ...reordered(route, ordered), saved: metresOf(ahead, ways.metres) - metresOf(ordered, ways.metres) };
}

/** What to save for the stops ahead to stand in another order, behind what was reached. */
function reordered(route: readonly RouteStop[], ordered: readonly RouteStop[]): Pick<RouteOrder, "changes" | "undo"> {
  const ahead = route.filter((stop) => stop.status === "planned");
  if (ordered.every((stop, at) => stop === ahead[at])) return { changes: [], undo: [] };
  const reached = route.filter((stop) => stop.status !== "planned");
  const first = Math.max(0, ...reached.map((stop) => stop.position ?? 0)) + 1;
  const moved = ordered
    .map((stop, at) => ({ stop, position: first + at }))
    .filter(({ stop, position }) => stop.position !== position);
  return {
    changes: moved.map(({ stop, position }) => positioned(stop, position)),
    undo: moved.map(({ stop }) => positioned(stop, stop.position)),
  };
}

const positioned = ({ id, root }: VisitKey, position: number | null): ChangeOf<"visit"> => ({
  kind: "visit",
  id,
  root,
  v: { position },
});

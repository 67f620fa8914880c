/** A day's route: the stops in order, how far it is, and which one comes next. Distances are metres, by road where a road is known (`ways`). */
import type { VisitStatus } from "$sync/schema.gen";
import type { Window } from "./opening-hours";
import { metresBetween, type Point } from "./place";
import type { Distances } from "./ways";

/** What the route needs to know of a stop. */
export interface Stop {
  readonly status: VisitStatus;
  readonly position: number | null;
  readonly planned_at: number | null;
  readonly checked_in_at: number | null;
  readonly point: Point | null;
  /** When the customer is open on that day; empty where he is closed, null where nobody has said. */
  readonly hours?: readonly Window[] | null;
}

/** How the day stands. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly metres: number;
  readonly remainingMetres: number;
}

/** The stops as they are driven: the planned ones by position, each of the others where its time falls among them. */
export function inRouteOrder<S extends Stop>(stops: readonly S[]): readonly S[] {
  const standing = stops.filter((stop) => stop.status !== "cancelled");
  const route = standing
    .filter((stop) => stop.position !== null)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || timeOf(a) - timeOf(b));
  for (const stop of standing.filter((stop) => stop.position === null).sort((a, b) => timeOf(a) - timeOf(b))) {
    const later = route.findIndex((other) => timeOf(other) > timeOf(stop));
    route.splice(later === -1 ? route.length : later, 0, stop);
  }
  return route;
}

/** What was done counts as it was done, what lies ahead as it was planned. */
const timeOf = (stop: Stop): number => stop.checked_in_at ?? stop.planned_at ?? Number.MAX_SAFE_INTEGER;

/** The length of the way through the stops; a stop without a place is passed over. */
export function metresOf(stops: readonly Pick<Stop, "point">[], between: Distances = metresBetween): number {
  let metres = 0;
  let last: Point | null = null;
  for (const { point } of stops) {
    if (point === null) continue;
    if (last !== null) metres += between(last, point);
    last = point;
  }
  return metres;
}

/** The stop to go to next: the first planned one in route order, null when all are done. */
export const nextStop = <S extends Stop>(route: readonly S[]): S | null =>
  route.find((stop) => stop.status === "planned") ?? null;

/** How the day stands; what remains is measured from the last place known: `here`, or the last stop that was reached. */
export function progressOf(route: readonly Stop[], here: Point | null, between: Distances = metresBetween): Progress {
  const reached = route.filter((stop) => stop.status === "done" || stop.status === "open");
  const ahead = route.filter((stop) => stop.status === "planned");
  const from = here ?? reached.findLast((stop) => stop.point !== null)?.point ?? null;
  return {
    done: route.filter((stop) => stop.status === "done").length,
    total: route.length,
    metres: metresOf(route, between),
    remainingMetres: metresOf([{ point: from }, ...ahead], between),
  };
}

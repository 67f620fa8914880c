/** How the rest of a day will go: when each stop is reached, how far it still is, and when one is back. */
import { type DayEnds, NO_ENDS } from "./day-ends";
import { type Openness, opennessAt } from "./opening-hours";
import type { Point } from "./place";
import type { Stop } from "./route";
import { PUNCTUAL_MS } from "./route-order";
import { USUAL_VISIT_MS } from "./visit";
import { STRAIGHT, type Ways } from "./ways";

/** A stop ahead, and how it will be reached. */
export interface Arrival<S> {
  readonly stop: S;
  /** Metres from where one comes, null where either place is unknown. */
  readonly leg: number | null;
  readonly at: number;
  /** Milliseconds after the hour that was agreed, beyond what nobody minds; 0 for in time. */
  readonly late: number;
  /** The hour that was agreed, where one is there so early that one waits for it; null else. */
  readonly waitsFor: number | null;
  /** Whether the customer is open when the visit begins, null where nobody has said. */
  readonly openness: Openness | null;
}

export interface RoutePlan<S> {
  readonly arrivals: readonly Arrival<S>[];
  /** Metres still to go, the way to the day's end included. */
  readonly metres: number;
  /** When the last visit is over, or one is back where the day ends; null with nothing ahead. */
  readonly over: number | null;
}

/** Where one sets out from: the phone's own place, else the last stop that was reached, else where the day begins. */
export function startOf(route: readonly Stop[], here: Point | null, ends: DayEnds): Point | null {
  const reached = route.findLast(({ status, point }) => point !== null && (status === "done" || status === "open"));
  return here ?? reached?.point ?? ends.start;
}

/**
 * Whether every stop ahead whose hours are known has closed by now: in the evening it is enough to say so once, while at noon it
 * tells which of them to pass over.
 */
export function haveClosed(arrivals: readonly Arrival<unknown>[], now: number): boolean {
  const known = arrivals.flatMap(({ openness }) => openness ?? []);
  return known.length > 0 && known.every((one) => one.state === "closed" && (one.since === null || one.since <= now));
}

/** The ways that a day's screens tell of: through all stops, and from where one is through those ahead to where the day ends. */
export function linesOf(
  route: readonly Stop[],
  here: Point | null,
  ends: DayEnds,
): readonly (readonly (Point | null)[])[] {
  const through = route.map(({ point }) => point);
  const ahead = route.filter(({ status }) => status === "planned").map(({ point }) => point);
  return ahead.length === 0 ? [through] : [through, [startOf(route, here, ends), ...ahead, ends.end]];
}

export function planOf<S extends Stop>(
  route: readonly S[],
  {
    now,
    here,
    ends = NO_ENDS,
    ways = STRAIGHT,
  }: {
    readonly now: number;
    readonly here: Point | null;
    readonly ends?: DayEnds;
    readonly ways?: Ways;
  },
): RoutePlan<S> {
  const open = route.find(({ status }) => status === "open");
  let [place, total] = [startOf(route, here, ends), 0];
  let time = Math.max(now, open?.checked_in_at == null ? now : open.checked_in_at + USUAL_VISIT_MS);
  const go = (to: Point | null): number | null => {
    if (to === null) return null;
    const leg = place === null ? null : ways.metres(place, to);
    time += place === null ? 0 : ways.lasts(place, to);
    total += leg ?? 0;
    place = to;
    return leg;
  };
  const arrivals = route
    .filter(({ status }) => status === "planned")
    .map((stop): Arrival<S> => {
      const leg = go(stop.point);
      const at = time;
      const late = stop.planned_at === null ? 0 : Math.max(0, at - stop.planned_at - PUNCTUAL_MS);
      // Who comes early waits until as long before the hour as nobody minds, and until the door opens.
      const begun = Math.max(at, stop.planned_at === null ? at : stop.planned_at - PUNCTUAL_MS);
      const openness = opennessAt(stop.hours, begun);
      time = (openness?.state === "opens" ? openness.at : begun) + USUAL_VISIT_MS;
      const waits = openness?.state === "opens" && openness.at - begun > PUNCTUAL_MS;
      const waitsFor = begun > at ? stop.planned_at : null;
      return {
        stop,
        leg,
        at,
        late,
        waitsFor,
        openness: waits ? openness : opennessAt(stop.hours, time - USUAL_VISIT_MS),
      };
    });
  if (arrivals.length > 0) go(ends.end);
  return { arrivals, metres: total, over: arrivals.length === 0 ? null : time };
}

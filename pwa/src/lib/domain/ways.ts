/**
 * Ways: how far it is from one place to another and how long that takes, by road where a leg is known, else by the straight line
 * (docs/decisions/0143, 0199). Everything that orders a day or says when somebody comes asks here.
 */
import type { RoadLeg } from "#lib/store/roads";
import { AT_CUSTOMER_METRES, metresBetween, type Point } from "./place";
import { cellOf, type FindLeg } from "./road-legs";

/** Metres from one place to another; the way back may be another one. */
export type Distances = (from: Point, to: Point) => number;

/** How a day's places lie to each other. */
export interface Ways {
  readonly metres: Distances;
  /** Milliseconds that the way takes. */
  readonly lasts: Distances;
  /** Whether that is what a road says, and no straight line. */
  readonly isRoad: (from: Point, to: Point) => boolean;
}

/** How many of the legs that a screen tells of are by road, and how many straight lines. */
export interface RoadExtent {
  readonly byRoad: number;
  readonly straight: number;
}

/** Roads are a third longer than the crow flies. */
export const ROAD_BY_CROW = 1.33;
/** Straight metres a millisecond: 40 km/h on such roads. */
export const METRES_PER_MS = 40 / 3_600 / ROAD_BY_CROW;

export const STRAIGHT: Ways = {
  metres: metresBetween,
  lasts: (from, to) => metresBetween(from, to) / METRES_PER_MS,
  isRoad: () => false,
};

/**
 * The ways between `places`, and from wherever else somebody stands. Straight lines alone where no leg between them is known; as soon
 * as one is, the others are straight lines made a third longer, so that both can be compared and added up.
 */
export function waysBetween(places: readonly Point[], find: FindLeg): Ways {
  const placeByCell = new Map(places.map((place) => [cellOf(place), place]));
  const cells = [...placeByCell.keys()];
  const isKnown = (from: number, to: number) => from !== to && (find(from, to)?.metres ?? null) !== null;
  if (!cells.some((from) => cells.some((to) => isKnown(from, to)))) return STRAIGHT;

  const nearest = new Map<number, number>();
  /** The cell of the place at which `point` is: who stands in front of a customer's goes from there. */
  const at = (point: Point): number => {
    const cell = cellOf(point);
    if (placeByCell.has(cell)) return cell;
    const found = nearest.get(cell) ?? nearestOf(point, placeByCell) ?? cell;
    nearest.set(cell, found);
    return found;
  };
  const legOf = (from: Point, to: Point): RoadLeg | null => {
    const [start, end] = [at(from), at(to)];
    return start === end ? null : (find(start, end) ?? null);
  };
  const crow = (from: Point, to: Point) => Math.round(metresBetween(from, to) * ROAD_BY_CROW);
  return {
    metres: (from, to) => legOf(from, to)?.metres ?? crow(from, to),
    lasts: (from, to) => {
      const seconds = legOf(from, to)?.seconds ?? null;
      return seconds === null ? metresBetween(from, to) / METRES_PER_MS : seconds * 1_000;
    },
    // Between two places next to each other there is no road to ask for.
    isRoad: (from, to) => at(from) === at(to) || (legOf(from, to)?.metres ?? null) !== null,
  };
}

function nearestOf(point: Point, placeByCell: ReadonlyMap<number, Point>): number | null {
  let [found, least]: [number | null, number] = [null, AT_CUSTOMER_METRES];
  for (const [cell, place] of placeByCell) {
    const metres = metresBetween(point, place);
    if (metres <= least) [found, least] = [cell, metres];
  }
  return found;
}

/** Counts the legs of these lines, each once; a place that is not known is passed over. */
export function extentOf(ways: Ways, lines: readonly (readonly (Point | null)[])[]): RoadExtent {
  const isRoadByLeg = new Map<string, boolean>();
  for (const line of lines) {
    const points = line.filter((point) => point !== null);
    for (const [at, to] of points.entries()) {
      const from = points[at - 1];
      if (from !== undefined) isRoadByLeg.set(`${cellOf(from)} ${cellOf(to)}`, ways.isRoad(from, to));
    }
  }
  const byRoad = [...isRoadByLeg.values()].filter((isRoad) => isRoad).length;
  return { byRoad, straight: isRoadByLeg.size - byRoad };
}

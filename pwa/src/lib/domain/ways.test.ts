import { describe, expect, test } from "vitest";
import type { RoadLeg } from "#lib/store/roads";
import { metresBetween, type Point } from "./place";
import { cellOf, type FindLeg } from "./road-legs";
import { orderRest, type RouteStop } from "./route-order";
import { linesOf, planOf } from "./route-plan";
import { extentOf, METRES_PER_MS, ROAD_BY_CROW, STRAIGHT, waysBetween } from "./ways";

const MINUTE = 60_000;
const NINE = Date.UTC(2026, 10, 26, 9);
/** So far east on the equator. */
const east = (metres: number): Point => ({ latitude: 0, longitude: Math.round(metres / 0.111_195) });
const [A, B, C] = [east(0), east(1_000), east(5_000)] as const;
const leg = (metres: number | null, seconds: number | null): RoadLeg => ({ metres, seconds, at: NINE });

/** Finds the legs that are written down. */
function known(...legs: readonly (readonly [Point, Point, RoadLeg])[]): FindLeg {
  const found = new Map(legs.map(([from, to, one]) => [`${cellOf(from)} ${cellOf(to)}`, one]));
  return (from, to) => found.get(`${from} ${to}`);
}

describe("the ways between the places of a day", () => {
  test("are straight lines while no leg between them is known", () => {
    expect(waysBetween([A, B], known())).toBe(STRAIGHT);
    expect(waysBetween([A, B], known([A, C, leg(9_000, 900)]))).toBe(STRAIGHT);
    expect(waysBetween([A, B], known([A, B, leg(null, null)]))).toBe(STRAIGHT);
    expect(waysBetween([], known())).toBe(STRAIGHT);
    expect(STRAIGHT.metres(A, B)).toBe(metresBetween(A, B));
  });

  test("are those of the road where one is known, there as it is there and back as it is back", () => {
    const ways = waysBetween([A, B], known([A, B, leg(2_500, 240)], [B, A, leg(1_200, 100)]));
    expect([ways.metres(A, B), ways.metres(B, A)]).toEqual([2_500, 1_200]);
    expect([ways.lasts(A, B), ways.lasts(B, A)]).toEqual([240_000, 100_000]);
  });

  test("are a third longer than the straight line beside them, in metres as in time", () => {
    const ways = waysBetween([A, B, C], known([A, B, leg(2_500, 240)], [B, C, leg(null, null)]));
    for (const [from, to] of [
      [A, C],
      [B, C],
    ] as const) {
      expect(ways.metres(from, to)).toBe(Math.round(metresBetween(from, to) * ROAD_BY_CROW));
      expect(ways.lasts(from, to)).toBeCloseTo(metresBetween(from, to) / METRES_PER_MS);
      expect(ways.isRoad(from, to)).toBe(false);
    }
  });

  test("go from the door before which somebody stands, and from nowhere else", () => {
    const ways = waysBetween([A, B], known([A, B, leg(2_500, 240)]));
    expect(ways.metres(east(150), B)).toBe(2_500);
    expect(ways.isRoad(east(150), B)).toBe(true);
    expect(ways.metres(east(400), B)).toBe(Math.round(metresBetween(east(400), B) * ROAD_BY_CROW));
    // To the very door it is what it is, and no road.
    expect(ways.metres(east(150), A)).toBe(Math.round(metresBetween(east(150), A) * ROAD_BY_CROW));
    expect(ways.metres(A, A)).toBe(0);
  });

  test("are counted by road and straight, each leg once", () => {
    const ways = waysBetween([A, B, C], known([A, B, leg(2_500, 240)]));
    const lines = (...of: (readonly (Point | null)[])[]) => extentOf(ways, of);
    expect(lines([A, B])).toEqual({ byRoad: 1, straight: 0 });
    expect(lines([A, null, B], [A, B])).toEqual({ byRoad: 1, straight: 0 });
    expect(lines([A, B, C])).toEqual({ byRoad: 1, straight: 1 });
    expect(lines([A, B], [B, C], [C, B])).toEqual({ byRoad: 1, straight: 2 });
    expect(lines([A], [])).toEqual({ byRoad: 0, straight: 0 });
    expect(extentOf(STRAIGHT, [[A, B, C]])).toEqual({ byRoad: 0, straight: 2 });
  });
});

describe("a day by road", () => {
  const stop = (id: string, point: Point, position: number): RouteStop => ({
    ...{ id, root: `c-${id}`, status: "planned", position, planned_at: null, checked_in_at: null },
    point,
  });
  /** Across the river from A lies B, a kilometre away: the bridge is far down the river. C lies on this side. */
  const river = known(
    ...([
      [A, B, leg(20_000, 1_500)],
      [B, A, leg(20_000, 1_500)],
      [A, C, leg(5_500, 400)],
      [C, A, leg(5_500, 400)],
      [B, C, leg(16_000, 1_200)],
      [C, B, leg(16_000, 1_200)],
    ] as const),
  );
  const route = [stop("b", B, 1), stop("c", C, 2)];
  const ways = waysBetween([A, B, C], river);

  test("goes first to whom the bridge does not lie between", () => {
    expect(orderRest(route, A, NINE)).toEqual({ changes: [], undo: [], saved: 0 });
    const order = orderRest(route, A, NINE, { start: null, end: null }, ways);
    expect(order?.changes.map(({ id, v }) => [id, v.position])).toEqual([
      ["c", 1],
      ["b", 2],
    ]);
    expect(order?.saved).toBe(36_000 - 21_500);
  });

  test("tells of the way through all stops, and of that which is still ahead", () => {
    const done = { ...stop("a", A, 0), status: "done" as const };
    expect(linesOf([done, ...route], null, { start: C, end: null })).toEqual([
      [A, B, C],
      [A, B, C, null],
    ]);
    expect(linesOf([done], null, { start: C, end: B })).toEqual([[A]]);
  });

  test("has the kilometres and the hours of its roads", () => {
    const plan = planOf(route, { now: NINE, here: A, ends: { start: null, end: A }, ways });
    expect(plan.metres).toBe(20_000 + 16_000 + 5_500);
    expect(plan.arrivals.map(({ leg: metres }) => metres)).toEqual([20_000, 16_000]);
    expect(plan.arrivals.map(({ at }) => (at - NINE) / MINUTE)).toEqual([25, 25 + 30 + 20]);
    expect(((plan.over ?? 0) - NINE) / MINUTE).toBeCloseTo(75 + 30 + 400 / 60);
  });
});

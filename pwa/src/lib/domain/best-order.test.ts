import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestOrder, type OrderedStop } from "./best-order";
import { days } from "./best-order.cases.json";
import { metresBetween, type Point } from "./place";
import { METRES_PER_MS } from "./ways";

const MINUTE = 60_000;
const pointOf = ([latitude, longitude]: readonly number[]): Point => ({ latitude, longitude }) as Point;
const stopAt = (point: Point, ...windows: OrderedStop["windows"]): OrderedStop => ({
  point,
  windows,
  stay: 20 * MINUTE,
});
/** So many kilometres east of the crossing of equator and Greenwich. */
const east = (km: number): Point => ({ latitude: 0, longitude: Math.round(km * 8993.2) });

/** Metres that are other ones on the way back, the same for the same seed. */
function oneWayStreets(points: readonly Point[], seed: number): (a: Point, b: Point) => number {
  let state = seed;
  const table = points.map(() =>
    points.map(() => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return 100 + ((state >>> 8) % 10_000);
    }),
  );
  return (a, b) => table[points.indexOf(a)]?.[points.indexOf(b)] ?? 0;
}

const permutations = (of: readonly number[]): number[][] =>
  of.length === 0
    ? [[]]
    : of.flatMap((first) => permutations(of.filter((one) => one !== first)).map((rest) => [first, ...rest]));

function metresOf(order: readonly number[], stops: readonly OrderedStop[], home: Point): number {
  const way = [home, ...order.map((place) => stops[place]?.point as Point), home];
  return way.slice(1).reduce((metres, point, at) => metres + metresBetween(way[at] as Point, point), 0);
}

describe("the best order of a day's stops", () => {
  test.each(days)("is at most three hundredths longer than what VROOM finds ($metres m)", ({ home, stops, metres }) => {
    const start = pointOf(home);
    const day = stops.map((stop) => stopAt(pointOf(stop)));
    const order = bestOrder(day, { from: 0, start, end: start });
    expect(order.toSorted((a, b) => a - b)).toEqual([...day.keys()]);
    expect(metresOf(order, day, start) / metres).toBeLessThanOrEqual(1.03);
  });

  test("of stops along a road is along the road, from where the day begins", () => {
    const stops = [3, 1, 4, 2].map((km) => stopAt(east(km)));
    expect(bestOrder(stops, { from: 0, start: east(0), end: null })).toEqual([1, 3, 0, 2]);
    expect(bestOrder(stops, { from: 0, start: east(5), end: null })).toEqual([2, 0, 3, 1]);
  });

  test("goes a longer way for an appointment that would be missed otherwise, and waits where one is too early", () => {
    const nine = 9 * 60 * MINUTE;
    const drive = Math.ceil(metresBetween(east(0), east(20)) / METRES_PER_MS);
    const soon = { from: nine, to: nine + drive + MINUTE };
    const stops = [stopAt(east(5)), stopAt(east(10)), stopAt(east(20), soon)];
    expect(bestOrder(stops, { from: nine, start: east(0), end: null })[0]).toBe(2);
    const later = [
      stopAt(east(5)),
      stopAt(east(10)),
      stopAt(east(20), { from: nine + 3 * 60 * MINUTE, to: nine + 4 * 60 * MINUTE }),
    ];
    expect(bestOrder(later, { from: nine, start: east(0), end: null })).toEqual([0, 1, 2]);
  });

  test("keeps two appointments in the order of the clock, however they lie", () => {
    const at = (hour: number) => ({ from: hour * 60 * MINUTE, to: (hour * 60 + 15) * MINUTE });
    const stops = [stopAt(east(1), at(15)), stopAt(east(9), at(10)), stopAt(east(5))];
    const order = bestOrder(stops, { from: 9 * 60 * MINUTE, start: east(0), end: east(0) });
    expect(order.indexOf(1)).toBeLessThan(order.indexOf(0));
  });

  test("goes to whom is open meanwhile, rather than waiting before a closed door nearby", () => {
    const at = (hour: number) => hour * 60 * MINUTE;
    const stops = [stopAt(east(1), { from: at(13), to: at(17) }), stopAt(east(12)), stopAt(east(9))];
    expect(bestOrder(stops, { from: at(9), start: east(0), end: east(0) }).at(-1)).toBe(0);
  });

  test("is before the door when it opens again after noon, and not while it is shut", () => {
    const at = (hour: number) => hour * 60 * MINUTE;
    const shop = [
      { from: at(8), to: at(11) },
      { from: at(14), to: at(18) },
    ];
    // From 11:30 on the shop is shut for lunch; the other two take until after two o'clock.
    const day = { from: at(11.5), start: east(0), end: null };
    expect(bestOrder([stopAt(east(1), ...shop), stopAt(east(20)), stopAt(east(30))], day).at(-1)).toBe(0);
    expect(bestOrder([stopAt(east(1), ...shop), stopAt(east(20))], { ...day, from: at(10) })[0]).toBe(0);
  });

  test("goes by road distances where they are given", () => {
    // The bridge is down: what lies near on the map is far by road.
    const stops = [stopAt(east(1)), stopAt(east(2)), stopAt(east(3))];
    const metres = (a: Point, b: Point) => ([a, b].includes(stops[1]?.point as Point) ? 90_000 : metresBetween(a, b));
    const ways = { metres, lasts: (a: Point, b: Point) => metres(a, b) / METRES_PER_MS };
    expect(bestOrder(stops, { from: 0, start: east(0), end: null, ways }).at(-1)).toBe(1);
  });

  /** The way that was found, and the shortest of all, where the way back is another one. */
  function foundAndShortest(count: number, seed: number): readonly [number, number] {
    const points = Array.from({ length: count + 2 }, (_, at) => east(at));
    const [start, end] = points.slice(count) as [Point, Point];
    const metres = oneWayStreets(points, seed);
    const day = { from: 0, start, end: seed % 3 === 0 ? null : end };
    const way = (order: readonly number[]) => {
      const passed = [start, ...order.map((place) => points[place] as Point), ...(day.end === null ? [] : [end])];
      return passed.slice(1).reduce((sum, point, at) => sum + metres(passed[at] as Point, point), 0);
    };
    const stops = points.slice(0, count).map((point) => stopAt(point));
    const order = bestOrder(stops, { ...day, ways: { metres, lasts: metres } });
    return [way(order), Math.min(...permutations([...stops.keys()]).map(way))];
  }

  test.each([2, 3, 5, 6, 7])("of %i stops is the very best, also where the way back is another one", (count) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const [found, shortest] = foundAndShortest(count, seed);
      expect(found, `seed ${seed}`).toBe(shortest);
    }
  });

  test("of eight is at most three hundredths longer than the very best of forty thousand", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const [found, shortest] = foundAndShortest(8, seed);
      expect(found / shortest, `seed ${seed}`).toBeLessThanOrEqual(1.03);
    }
  });

  test("goes round a ring of one-way streets the way that the signs point", () => {
    const count = 14;
    const ring = Array.from({ length: count }, (_, at) => east(at));
    const metres = (a: Point, b: Point) => 1_000 * ((ring.indexOf(b) - ring.indexOf(a) + count) % count);
    const mixed = [7, 2, 11, 5, 13, 1, 9, 4, 12, 6, 3, 10, 8];
    const stops = mixed.map((at) => stopAt(ring[at] as Point));
    const start = ring[0] as Point;
    const order = bestOrder(stops, { from: 0, start, end: start, ways: { metres, lasts: metres } });
    expect(order.map((place) => mixed[place])).toEqual(mixed.toSorted((a, b) => a - b));
  });

  test("reckons the hours with what a road takes, not with how long it is", () => {
    // A motorway, twice as far and three times as fast: by it the appointment is kept, and after it the other.
    const hour = 60 * MINUTE;
    const stops = [stopAt(east(10)), stopAt(east(20), { from: 0, to: hour / 2 })];
    const far = stops[1]?.point;
    const ways = {
      metres: (a: Point, b: Point) => (b === far ? 40_000 : metresBetween(a, b)),
      lasts: (a: Point, b: Point) => (b === far ? hour / 3 : metresBetween(a, b) / METRES_PER_MS),
    };
    expect(bestOrder(stops, { from: 0, start: east(0), end: null, ways })).toEqual([1, 0]);
    expect(bestOrder(stops, { from: 0, start: east(0), end: null, ways: { ...ways, lasts: () => 0 } })).toEqual([0, 1]);
  });

  test("of nothing is nothing, and each stop comes once, the same way every time", () => {
    expect(bestOrder([], { from: 0, start: null, end: null })).toEqual([]);
    const place = fc.record({
      latitude: fc.integer({ min: -9e7, max: 9e7 }),
      longitude: fc.integer({ min: -18e7, max: 18e7 }),
    });
    const hour = fc.integer({ min: 0, max: 23 });
    const stop = fc.record({
      point: place,
      windows: fc.array(
        hour.map((from) => ({ from: from * 60 * MINUTE, to: (from + 1) * 60 * MINUTE })),
        { maxLength: 2 },
      ),
      stay: fc.integer({ min: 0, max: 120 * MINUTE }),
    });
    fc.assert(
      fc.property(fc.array(stop, { maxLength: 9 }), fc.option(place), (stops, start) => {
        const day = { from: 8 * 60 * MINUTE, start, end: start };
        const order = bestOrder(stops, day);
        expect(order.toSorted((a, b) => a - b)).toEqual([...stops.keys()]);
        expect(bestOrder(stops, day)).toEqual(order);
      }),
      { numRuns: 40 },
    );
  });
});

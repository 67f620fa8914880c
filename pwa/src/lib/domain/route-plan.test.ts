import { describe, expect, test } from "vitest";
import type { Stop } from "./route";
import { haveClosed, planOf, startOf } from "./route-plan";
import { METRES_PER_MS } from "./ways";

const NINE = Date.UTC(2026, 10, 26, 9);
const MINUTE = 60_000;
/** So far east on the equator. */
const east = (metres: number) => ({ latitude: 0, longitude: Math.round(metres / 0.111_195) });
const stop = (metres: number | null, more: Partial<Stop> = {}): Stop => ({
  status: "planned",
  position: null,
  planned_at: null,
  checked_in_at: null,
  point: metres === null ? null : east(metres),
  ...more,
});
const minutesOf = (metres: number) => metres / METRES_PER_MS / MINUTE;

describe("the rest of the day", () => {
  test("takes the way to each stop, half an hour there, and the way home", () => {
    const plan = planOf([stop(5_000), stop(10_000)], {
      now: NINE,
      here: east(0),
      ends: { start: null, end: east(0) },
    });
    expect(plan.metres).toBeCloseTo(20_000, -2);
    const at = plan.arrivals.map((one) => Math.round((one.at - NINE) / MINUTE));
    expect(at).toEqual([Math.round(minutesOf(5_000)), Math.round(minutesOf(10_000) + 30)]);
    expect(Math.round(((plan.over ?? 0) - NINE) / MINUTE)).toBe(Math.round(minutesOf(20_000) + 60));
  });

  test("waits for an appointment, and says who will be late for one", () => {
    const [early, late] = planOf([stop(0, { planned_at: NINE + 60 * MINUTE }), stop(0, { planned_at: NINE })], {
      now: NINE,
      here: east(0),
    }).arrivals;
    expect(early?.late).toBe(0);
    // A quarter of an hour before ten, half an hour there: 10:15 in place of 9:00, a quarter of which nobody minds.
    expect(late?.at).toBe(NINE + 75 * MINUTE);
    expect(late?.late).toBe(60 * MINUTE);
  });

  test("waits until a customer opens, and says who will be closed by then", () => {
    const hours = (from: number, to: number) => ({ hours: [{ from: NINE + from * MINUTE, to: NINE + to * MINUTE }] });
    const [first, second, third, unknown] = planOf(
      [stop(0, hours(60, 600)), stop(0, hours(-60, 80)), stop(0, hours(-60, 600)), stop(0)],
      { now: NINE, here: east(0) },
    ).arrivals;
    expect(first?.openness).toEqual({ state: "opens", at: NINE + 60 * MINUTE });
    // Ten o'clock and half an hour there.
    expect(second?.at).toBe(NINE + 90 * MINUTE);
    expect(second?.openness).toEqual({ state: "closed", since: NINE + 80 * MINUTE });
    expect(third?.openness).toEqual({ state: "open", until: NINE + 600 * MINUTE });
    expect(unknown?.openness).toBeNull();
  });

  test("judges an appointment by its hour where one would be there before it", () => {
    const hours = [{ from: NINE - 60 * MINUTE, to: NINE + 120 * MINUTE }];
    const [waits, comesLate] = planOf(
      [stop(0, { hours, planned_at: NINE + 180 * MINUTE }), stop(0, { hours, planned_at: NINE + 60 * MINUTE })],
      { now: NINE, here: east(0) },
    ).arrivals;
    expect(waits).toMatchObject({ at: NINE, waitsFor: NINE + 180 * MINUTE, openness: { state: "closed" } });
    expect(comesLate).toMatchObject({ waitsFor: null, openness: { state: "closed" } });
    expect(planOf([stop(0, { hours })], { now: NINE, here: east(0) }).arrivals[0]?.waitsFor).toBeNull();
  });

  test("does not mind to stand before a door that opens within a quarter of an hour", () => {
    const hours = [{ from: NINE + 10 * MINUTE, to: NINE + 600 * MINUTE }];
    const [first, second] = planOf([stop(0, { hours }), stop(0)], { now: NINE, here: east(0) }).arrivals;
    expect(first?.openness).toEqual({ state: "open", until: NINE + 600 * MINUTE });
    expect(second?.at).toBe(NINE + 40 * MINUTE);
  });

  test("begins after the visit that is going on", () => {
    const open = stop(0, { status: "open", checked_in_at: NINE - 10 * MINUTE });
    expect(planOf([open, stop(0)], { now: NINE, here: null }).arrivals[0]?.at).toBe(NINE + 20 * MINUTE);
  });

  test("passes over a stop without a place, and is over at once with nothing ahead", () => {
    const { arrivals, metres } = planOf([stop(null), stop(1_000)], { now: NINE, here: east(0) });
    expect(arrivals.map(({ leg }) => (leg === null ? null : Math.round(leg / 100)))).toEqual([null, 10]);
    expect(metres).toBeCloseTo(1_000, -2);
    expect(
      planOf([stop(1, { status: "done" })], { now: NINE, here: east(0), ends: { start: null, end: east(9) } }),
    ).toEqual({
      arrivals: [],
      metres: 0,
      over: null,
    });
  });
});

test("one sets out from the phone's place, else from the last stop reached, else from where the day begins", () => {
  const route = [stop(1, { status: "done" }), stop(2)];
  const ends = { start: east(9), end: null };
  expect(startOf(route, east(5), ends)).toEqual(east(5));
  expect(startOf(route, null, ends)).toEqual(east(1));
  expect(startOf([stop(2)], null, ends)).toEqual(east(9));
});

test("the stops ahead have closed when the last of them has, whatever the others have not said", () => {
  const until = (minutes: number) => stop(0, { hours: [{ from: NINE - 60 * MINUTE, to: NINE + minutes * MINUTE }] });
  const at = (minutes: number, ...stops: readonly Stop[]) => {
    const now = NINE + minutes * MINUTE;
    return haveClosed(planOf(stops, { now, here: east(0) }).arrivals, now);
  };
  expect(at(61, until(60), until(600), stop(0))).toBe(false);
  expect(at(601, until(60), until(600), stop(0))).toBe(true);
  expect(at(0, stop(0, { hours: [] }), until(-1))).toBe(true);
  // Who closes before one arrives has not closed yet: that can be mended.
  expect(at(0, until(-1), until(20))).toBe(false);
  expect([at(600, stop(0)), at(600)]).toEqual([false, false]);
});

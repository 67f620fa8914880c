import { describe, expect, test } from "vitest";
import { inRouteOrder, metresOf, nextStop, progressOf, type Stop } from "./route";

/** A stop on the equator, `km` east of Greenwich; a degree is 111.195 km on this sphere. */
const stop = (km: number | null, over: Partial<Stop> = {}): Stop => ({
  status: "planned",
  position: null,
  planned_at: null,
  checked_in_at: null,
  point: km === null ? null : { latitude: 0, longitude: Math.round((km / 111.195) * 1_000_000) },
  ...over,
});
const near = (metres: number) => Math.round(metres / 100) / 10;

describe("the order of the stops", () => {
  test("is the position that the planner gave, not the time", () => {
    const [late, early] = [stop(1, { position: 1, planned_at: 200 }), stop(2, { position: 2, planned_at: 100 })];
    expect(inRouteOrder([early, late])).toEqual([late, early]);
  });
  test("an unplanned stop stands where its check-in falls among the times", () => {
    const [first, third] = [stop(1, { planned_at: 100 }), stop(3, { planned_at: 300 })];
    const unplanned = stop(2, { checked_in_at: 200, status: "done" });
    expect(inRouteOrder([unplanned, third, first])).toEqual([first, unplanned, third]);
  });
  test("cancelled stops are no stops", () => {
    expect(inRouteOrder([stop(1, { status: "cancelled" })])).toEqual([]);
  });
  test("equals stay as they came", () => {
    const [a, b] = [stop(1), stop(2)];
    expect(inRouteOrder([a, b])).toEqual([a, b]);
    expect(inRouteOrder([b, a])).toEqual([b, a]);
  });
});

describe("the length of the route", () => {
  test("is the sum of its legs", () => expect(near(metresOf([stop(0), stop(3), stop(1)]))).toBe(5));
  test("passes over a stop without a place", () => expect(near(metresOf([stop(0), stop(null), stop(4)]))).toBe(4));
  test("of one stop, or none, is nothing", () => expect([metresOf([]), metresOf([stop(5)])]).toEqual([0, 0]));
});

describe("progress", () => {
  const day = [stop(0, { status: "done" }), stop(2, { status: "open" }), stop(5), stop(9)];
  test("counts a visit as done when it is finished, not when it is open", () => {
    const { done, total, metres } = progressOf(day, null);
    expect([done, total, near(metres)]).toEqual([1, 4, 9]);
  });
  test("what remains starts at the last stop reached", () => {
    expect(near(progressOf(day, null).remainingMetres)).toBe(7);
  });
  test("… or where the phone is, if it knows", () => {
    expect(near(progressOf(day, stop(4).point).remainingMetres)).toBe(5);
  });
  test("a finished day has nothing ahead", () => {
    const finished = day.map((s) => ({ ...s, status: "done" as const }));
    expect(progressOf(finished, null).remainingMetres).toBe(0);
    expect(nextStop(finished)).toBeNull();
  });
  test("the next stop is the first planned one", () => expect(nextStop(day)).toBe(day[2]));
});

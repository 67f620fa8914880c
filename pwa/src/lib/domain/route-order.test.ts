import { describe, expect, test } from "vitest";
import type { Point } from "./place";
import { moveStop, orderRest, type RouteStop } from "./route-order";

const NINE = Date.UTC(2026, 10, 26, 9);
const MINUTE = 60_000;
const east = (km: number): Point => ({ latitude: 0, longitude: Math.round(km * 8993.2) });

function stop(id: string, km: number | null, more: Partial<RouteStop> = {}): RouteStop {
  const point = km === null ? null : east(km);
  return {
    id,
    root: `c-${id}`,
    status: "planned",
    position: null,
    planned_at: null,
    checked_in_at: null,
    point,
    ...more,
  };
}

const positions = (changes: readonly { id: string; v: object }[]) =>
  Object.fromEntries(changes.map(({ id, v }) => [id, (v as { position: number | null }).position]));

describe("the best order of the rest of the route", () => {
  test("begins where the phone is, leaves what is done where it was, and puts what has no place at the end", () => {
    const route = [
      stop("done", 0, { status: "done", position: 4 }),
      stop("far", 9, { position: 5 }),
      stop("nowhere", null, { position: 6 }),
      stop("near", 2, { position: 7 }),
    ];
    const order = orderRest(route, east(1), NINE);
    expect(positions(order?.changes ?? [])).toEqual({ near: 5, far: 6, nowhere: 7 });
    expect(order?.saved).toBeGreaterThan(6_000);
  });

  test("is taken back to the very positions that stood there", () => {
    const order = orderRest([stop("b", 2, { position: 3 }), stop("a", 1)], east(0), NINE);
    expect(positions(order?.changes ?? [])).toEqual({ a: 1, b: 2 });
    expect(positions(order?.undo ?? [])).toEqual({ a: null, b: 3 });
  });

  test("changes nothing where it stands already", () => {
    const order = orderRest([stop("a", 1, { position: 7 }), stop("b", 2, { position: 9 })], east(0), NINE);
    expect(order).toEqual({ changes: [], undo: [], saved: 0 });
  });

  test("keeps appointments, although the way is longer", () => {
    const route = [stop("near", 1), stop("soon", 8, { planned_at: NINE + 5 * MINUTE })];
    const order = orderRest(route, east(0), NINE);
    expect(positions(order?.changes ?? [])).toEqual({ soon: 1, near: 2 });
    expect(order?.saved).toBeLessThan(0);
  });

  test("goes first to whoever closes soon, so that the visit is over by then, and minds no door that is shut all day", () => {
    const until = (minutes: number) => ({ hours: [{ from: NINE - 60 * MINUTE, to: NINE + minutes * MINUTE }] });
    const route = [stop("near", 1), stop("soon", 8, until(50))];
    expect(positions(orderRest(route, east(0), NINE)?.changes ?? [])).toEqual({ soon: 1, near: 2 });
    const late = [stop("near", 1, { position: 1 }), stop("late", 8, { ...until(500), position: 2 })];
    expect(orderRest(late, east(0), NINE)?.changes).toEqual([]);
    const shut = [stop("near", 1, { position: 1 }), stop("shut", 8, { hours: [], position: 2 })];
    expect(orderRest(shut, east(0), NINE)?.changes).toEqual([]);
  });

  test("goes by what was agreed with a customer rather than by his hours", () => {
    const hours = [{ from: NINE, to: NINE + 20 * MINUTE }];
    const agreed = stop("agreed", 2, { hours, planned_at: NINE + 180 * MINUTE });
    expect(positions(orderRest([agreed, stop("far", 9)], east(0), NINE)?.changes ?? [])).toEqual({ far: 1, agreed: 2 });
  });

  test("needs two stops with a place", () => {
    expect(orderRest([stop("a", 1), stop("nowhere", null)], east(0), NINE)).toBeNull();
  });
});

describe("with a place where the day begins and ends", () => {
  test("the way home counts: the far end of the road comes first", () => {
    const route = [stop("a", 2, { position: 1 }), stop("b", 6, { position: 2 })];
    expect(orderRest(route, east(3), NINE)?.changes).toEqual([]);
    const order = orderRest(route, east(3), NINE, { start: null, end: east(0) });
    expect(positions(order?.changes ?? [])).toEqual({ b: 1, a: 2 });
    expect(order?.saved).toBeGreaterThan(1_900);
  });

  test("the day begins there, where neither phone nor a visit says better", () => {
    const route = [stop("a", 2), stop("b", 6)];
    const order = orderRest(route, null, NINE, { start: east(9), end: null });
    expect(positions(order?.changes ?? [])).toEqual({ b: 1, a: 2 });
  });
});

describe("a stop that is moved by hand", () => {
  const route = [
    stop("done", 0, { status: "done", position: 1 }),
    stop("a", 1, { position: 2 }),
    stop("b", 2, { position: 3 }),
    stop("c", 3, { position: 4 }),
  ];

  test("stands where it was put, and the others make room", () => {
    const order = moveStop(route, "c", 0);
    expect(positions(order?.changes ?? [])).toEqual({ c: 2, a: 3, b: 4 });
    expect(positions(order?.undo ?? [])).toEqual({ c: 4, a: 2, b: 3 });
    expect(order?.saved).toBeLessThan(0);
  });

  test("goes no further than the ends of what lies ahead", () => {
    expect(positions(moveStop(route, "a", 99)?.changes ?? [])).toEqual({ b: 2, c: 3, a: 4 });
    expect(moveStop(route, "a", -5)?.changes).toEqual([]);
  });

  test("is one that lies ahead", () => {
    expect(moveStop(route, "done", 2)).toBeNull();
    expect(moveStop(route, "nobody", 2)).toBeNull();
  });
});

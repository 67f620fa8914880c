import { describe, expect, test } from "vitest";
import { type RoadRow, surplus } from "#lib/store/roads";
import type { Point } from "./place";
import { cellOf, FRESH_MS, isMissing, learn, MOST_LEGS, MOST_PLACES, placesToAsk } from "./road-legs";

const NOW = Date.UTC(2026, 10, 26, 9);
const at = (latitude: number, longitude: number): Point => ({ latitude, longitude });
const [A, B, C] = [at(50_061_400, 19_936_600), at(50_070_000, 19_950_000), at(50_050_200, 19_930_100)] as const;
const table = (size: number, metres = 100) => {
  const rows = Array.from({ length: size }, (_, a) =>
    Array.from({ length: size }, (_, b) => (a === b ? 0 : metres + a)),
  );
  return { metres: rows, seconds: rows };
};
const rowsOf = (rows: readonly RoadRow[]) => new Map(rows.map((row) => [row.from, row]));
const finding = (rows: ReadonlyMap<number, RoadRow>) => (from: number, to: number) => rows.get(from)?.legs.get(to);

describe("what is asked for", () => {
  test("is one place of each ten metres, in their order, and no more than the server takes", () => {
    expect(placesToAsk([A, null, at(50_061_420, 19_936_580), B])).toEqual([A, B]);
    const many = Array.from({ length: 100 }, (_, step) => at(step * 1_000, 0));
    expect(placesToAsk(many)).toEqual(many.slice(0, MOST_PLACES));
  });

  test("lies on both sides of the equator and of Greenwich in cells of its own", () => {
    const cells = [at(100, 0), at(-100, 0), at(0, 100), at(0, -100), at(0, 0), at(90e6, 180e6), at(-90e6, -180e6)].map(
      cellOf,
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.every(Number.isSafeInteger)).toBe(true);
  });

  test("is missing until every way is known there and back, and again when it was told long ago", () => {
    const cells = [A, B, C].map(cellOf);
    expect(isMissing(cells, () => undefined, NOW)).toBe(true);
    expect(isMissing(cells.slice(0, 1), () => undefined, NOW)).toBe(false);
    const rows = rowsOf(learn(new Map(), [A, B], table(2), NOW));
    expect(isMissing(cells.slice(0, 2), finding(rows), NOW + FRESH_MS)).toBe(false);
    expect(isMissing(cells.slice(0, 2), finding(rows), NOW + FRESH_MS + 1)).toBe(true);
    expect(isMissing(cells, finding(rows), NOW)).toBe(true);
  });
});

describe("what is learnt", () => {
  test("stands beside what was known, and in place of what was known of the same way", () => {
    const first = rowsOf(learn(new Map(), [A, B], table(2, 100), NOW));
    const rows = rowsOf(learn(first, [A, C], table(2, 700), NOW + 5));
    expect(finding(rows)(cellOf(A), cellOf(B))).toEqual({ metres: 100, seconds: 100, at: NOW });
    expect(finding(rows)(cellOf(A), cellOf(C))).toEqual({ metres: 700, seconds: 700, at: NOW + 5 });
    expect(finding(rows)(cellOf(C), cellOf(A))).toEqual({ metres: 701, seconds: 701, at: NOW + 5 });
    expect(rows.get(cellOf(A))?.at).toBe(NOW + 5);
  });

  test("that no road leads there is knowledge too", () => {
    const none = {
      metres: [
        [0, null],
        [5, 0],
      ],
      seconds: [
        [0, null],
        [5, 0],
      ],
    };
    const rows = rowsOf(learn(new Map(), [A, B], none, NOW));
    expect(finding(rows)(cellOf(A), cellOf(B))).toEqual({ metres: null, seconds: null, at: NOW });
    expect(isMissing([A, B].map(cellOf), finding(rows), NOW)).toBe(false);
  });

  test("is bounded: of a place the ways told last stay, of places those of which something was told last", () => {
    let rows: ReadonlyMap<number, RoadRow> = new Map();
    for (let step = 0; step < MOST_LEGS + 20; step += 1)
      rows = rowsOf(learn(rows, [A, at(step * 1_000, 0)], table(2, step), NOW + step)).set(0, {
        from: 0,
        legs: new Map(),
        at: 0,
      });
    const legs = rows.get(cellOf(A))?.legs;
    expect(legs?.size).toBe(MOST_LEGS);
    expect([...(legs?.values() ?? [])][0]?.metres).toBe(20);
    expect(
      surplus(
        [
          { from: 1, at: 5 },
          { from: 2, at: 9 },
          { from: 3, at: 1 },
        ],
        2,
      ),
    ).toEqual([3]);
    expect(surplus([{ from: 1, at: 5 }], 2)).toEqual([]);
  });
});

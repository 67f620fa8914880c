import { describe, expect, test } from "vitest";
import { inkOf, partOf, problemOf, tilesIn } from "./tiles";
import { spotOf } from "./view";

const KRAKOW = spotOf({ latitude: 50_061_400, longitude: 19_936_600 });
const SIZE = { width: 390, height: 700 };

describe("the tiles of a view", () => {
  test("cover it without a gap, and no more", () => {
    const tiles = tilesIn({ ...KRAKOW, zoom: 14.3 }, SIZE, { least: 0, most: 15 });
    const [left, top] = [Math.min(...tiles.map((tile) => tile.left)), Math.min(...tiles.map((tile) => tile.top))];
    const right = Math.max(...tiles.map((tile) => tile.left + tile.width));
    const bottom = Math.max(...tiles.map((tile) => tile.top + tile.width));
    expect([left <= 0, top <= 0, right >= 390, bottom >= 700]).toEqual([true, true, true, true]);
    const area = tiles.reduce((sum, { width }) => sum + width * width, 0);
    expect(area).toBeCloseTo((right - left) * (bottom - top), 3);
    expect(tiles.length).toBeLessThanOrEqual(6);
  });

  test("are the nearest zoom that the file has, drawn larger where it ends", () => {
    const tiles = tilesIn({ ...KRAKOW, zoom: 16 }, SIZE, { least: 0, most: 10 });
    expect(tiles.map(({ z, x, y }) => `${z}/${x}/${y}`)).toContain("10/568/347");
    expect(tiles[0]?.width).toBe(256 * 2 ** 6);
  });

  test("end where the world ends", () => {
    expect(tilesIn({ x: 0.5, y: 0.5, zoom: 0 }, { width: 2_000, height: 2_000 }, { least: 0, most: 0 })).toHaveLength(
      1,
    );
  });
});

test("a tile is a part of its ancestor", () => {
  expect(partOf({ x: 5, y: 6 }, 2)).toEqual({ x: 0.25, y: 0.5, share: 0.25 });
});

test("features are drawn by the names of both usual schemas, and what has no name is not", () => {
  const inks = [
    ["water", {}],
    ["transportation", { class: "motorway" }],
    ["roads", { kind: "minor_road" }],
    ["roads", { kind: "path" }],
    ["transportation", { class: "rail" }],
    ["landuse", { kind: "park" }],
    ["landuse", { kind: "industrial" }],
    ["buildings", {}],
    ["poi", {}],
  ] as const;
  expect(inks.map(([layer, properties]) => inkOf(layer, properties))).toEqual([
    "water",
    "highway",
    "road",
    "path",
    null,
    "green",
    null,
    "built",
    null,
  ]);
});

test("a file that is cut off, or has tiles of an unknown kind, is told apart from a good one", () => {
  expect(problemOf({ tileType: 1, tileDataOffset: 100, tileDataLength: 50 }, 150)).toBeNull();
  expect(problemOf({ tileType: 1, tileDataOffset: 100, tileDataLength: 50 }, 149)).toBe("cut_off");
  expect(problemOf({ tileType: 0, tileDataOffset: 100 }, 150)).toBe("unknown_tiles");
});

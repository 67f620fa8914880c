import { describe, expect, test } from "vitest";
import { placeTowns, townsOf } from "./towns";
import { spotOf } from "./view";

const SIZE = { width: 400, height: 400 };
const KRAKOW = { latitude: 50_061_400, longitude: 19_936_600 };

describe("the towns of the customers", () => {
  test("stand where most of their customers are, the greatest first; one wrong address moves none", () => {
    const [first, second, ...rest] = townsOf({
      latitude: [50_000_000, 50_010_000, 10_000_000, 52_000_000],
      longitude: [20_000_000, 20_010_000, 90_000_000, 21_000_000],
      towns: [0, 0, 0, 1],
      names: ["Kraków", "Warszawa"],
    });
    expect([first?.name, first?.count, second?.name, rest]).toEqual(["Kraków", 3, "Warszawa", []]);
    expect(first?.spot.y).toBeCloseTo(spotOf({ latitude: 50_000_000, longitude: 0 }).y, 9);
  });

  test("a customer without a town gives no name", () => {
    expect(townsOf({ latitude: [1], longitude: [1], towns: [-1], names: [] })).toEqual([]);
  });
});

describe("names on the map", () => {
  const town = (name: string, count = 1) => ({ name, spot: spotOf(KRAKOW), count });
  const view = { ...spotOf(KRAKOW), zoom: 10 };
  const width = () => 60;

  test("never lie on each other, the first has the best place", () => {
    const placed = placeTowns([town("one"), town("two"), town("three")], view, SIZE, [], width);
    const heights = placed.map(({ y }) => y);
    expect(placed[0]).toMatchObject({ name: "one", y: 174 });
    expect(heights.every((y, at) => heights.every((other, index) => at === index || Math.abs(other - y) > 17))).toBe(
      true,
    );
  });

  test("make room for a mark, and are left out where there is none", () => {
    const above = { x: 200, y: 174, radius: 12 };
    expect(placeTowns([town("one")], view, SIZE, [above], width)[0]?.y).toBe(228);
    expect(placeTowns([town("one")], view, SIZE, [{ x: 200, y: 200, radius: 120 }], width)).toEqual([]);
  });
});

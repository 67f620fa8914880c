import { expect, test } from "vitest";
import topology from "world-atlas/countries-110m.json";
import { readOutline, type Topology } from "./outline";
import { spotOf } from "./view";

const outline = readOutline(topology as unknown as Topology);

/** Whether a spot is inside of an odd number of rings. */
function isLand(latitude: number, longitude: number): boolean {
  const { x, y } = spotOf({ latitude: latitude * 1e6, longitude: longitude * 1e6 });
  let inside = false;
  for (const ring of outline.land) {
    for (const [at, a] of ring.entries()) {
      const b = ring[(at + 1) % ring.length] ?? a;
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
  }
  return inside;
}

test("towns lie on land, and the sea is sea", () => {
  const towns = [
    [50.06, 19.94],
    [35.69, 51.39],
    [55.75, 37.62],
    [39.9, 116.4],
    [51.5, -1.2],
    [-25.3, 133.8],
  ];
  expect(towns.map(([latitude = 0, longitude = 0]) => isLand(latitude, longitude))).toEqual(towns.map(() => true));
  expect(
    [
      [0, -30],
      [45, -30],
      [-40, 80],
    ].map(([latitude = 0, longitude = 0]) => isLand(latitude, longitude)),
  ).toEqual([false, false, false]);
});

test("what goes over the date line is on both sides of the map, and Antarctica reaches its lower edge", () => {
  expect([isLand(67, 178), isLand(67, -179.5), isLand(-84, 0), isLand(-84, 100)]).toEqual([true, true, true, true]);
});

test("no line runs across the whole map", () => {
  const longest = Math.max(
    ...outline.lines.flatMap((line) => line.slice(1).map(({ x }, at) => Math.abs(x - (line[at]?.x ?? x)))),
  );
  expect(longest).toBeLessThan(0.2);
});

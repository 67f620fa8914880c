import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metresBetween } from "../place";
import {
  boxOf,
  fitted,
  fittedBest,
  kept,
  metresPerPixel,
  panned,
  pointAt,
  scaleBar,
  spotOf,
  toScreen,
  toSpot,
  zoomedAt,
} from "./view";

const KRAKOW = { latitude: 50_061_400, longitude: 19_936_600 };
const WARSAW = { latitude: 52_229_700, longitude: 21_012_200 };
const SIZE = { width: 390, height: 700 };

describe("the map's projection", () => {
  test("puts the middle of the world in the middle, and Kraków where every web map has it", () => {
    expect(spotOf({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: 0.5 });
    const { x, y } = spotOf(KRAKOW);
    // The tile 14/9099/5552 of the slippy map.
    expect([Math.floor(x * 2 ** 14), Math.floor(y * 2 ** 14)]).toEqual([9099, 5552]);
  });

  test("leads back to the same point, within a micro-degree", () => {
    const point = fc.record({
      latitude: fc.integer({ min: -85_000_000, max: 85_000_000 }),
      longitude: fc.integer({ min: -180_000_000, max: 180_000_000 }),
    });
    fc.assert(
      fc.property(point, (one) => {
        const back = pointAt(spotOf(one));
        expect(Math.abs(back.latitude - one.latitude)).toBeLessThanOrEqual(1);
        expect(Math.abs(back.longitude - one.longitude)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("shows no poles, which Mercator has none of", () => {
    expect(spotOf({ latitude: 90_000_000, longitude: 0 }).y).toBeCloseTo(0, 6);
  });
});

describe("moving the map", () => {
  const view = kept({ ...spotOf(KRAKOW), zoom: 12 }, SIZE);

  test("keeps what is under the finger under it, while it zooms", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 390 }),
        fc.integer({ min: 0, max: 700 }),
        (steps, x, y) => {
          const before = toSpot({ x, y }, view, SIZE);
          const after = toScreen(before, zoomedAt(view, steps, { x, y }, SIZE), SIZE);
          expect(after.x).toBeCloseTo(x, 3);
          expect(after.y).toBeCloseTo(y, 3);
        },
      ),
    );
  });

  test("follows a finger by as many pixels as it moves", () => {
    const spot = spotOf(KRAKOW);
    const before = toScreen(spot, view, SIZE);
    const after = toScreen(spot, panned(view, { x: 30, y: -20 }, SIZE), SIZE);
    expect([after.x - before.x, after.y - before.y].map(Math.round)).toEqual([30, -20]);
  });

  test("shows nothing beyond the edge of the world, however far one goes", () => {
    const far = panned(kept({ x: 0.5, y: 0.5, zoom: 0 }, SIZE), { x: 100_000, y: 100_000 }, SIZE);
    const corner = toSpot({ x: 0, y: 0 }, far, SIZE);
    expect([corner.x, corner.y].map((value) => Math.round(value * 1e6))).toEqual([0, 0]);
  });
});

describe("fitting points", () => {
  test("shows all of them clear of what lies over the map", () => {
    const padding = { top: 150, right: 60, bottom: 250, left: 40 };
    const view = fitted([KRAKOW, WARSAW], SIZE, padding);
    if (view === null) throw new Error("there are points to fit");
    for (const point of [KRAKOW, WARSAW]) {
      const { x, y } = toScreen(spotOf(point), view, SIZE);
      expect(x).toBeGreaterThanOrEqual(padding.left - 0.001);
      expect(x).toBeLessThanOrEqual(SIZE.width - padding.right + 0.001);
      expect(y).toBeGreaterThanOrEqual(padding.top - 0.001);
      expect(y).toBeLessThanOrEqual(SIZE.height - padding.bottom + 0.001);
    }
    expect(boxOf(view, SIZE).south).toBeLessThan(KRAKOW.latitude);
  });

  test("of several paddings takes the one that lets them be seen the closest, and none that leaves no room", () => {
    const below = { top: 100, right: 20, bottom: 400, left: 20 };
    const beside = { top: 100, right: 80, bottom: 150, left: 160 };
    const cramped = { top: 100, right: 200, bottom: 0, left: 180 };
    const paddings = [below, beside, cramped];
    const eastwards = { ...KRAKOW, longitude: WARSAW.longitude };
    expect(fittedBest([KRAKOW, eastwards], SIZE, paddings)).toEqual(fitted([KRAKOW, eastwards], SIZE, below));
    const northwards = { ...KRAKOW, latitude: WARSAW.latitude };
    expect(fittedBest([KRAKOW, northwards], SIZE, paddings)).toEqual(fitted([KRAKOW, northwards], SIZE, beside));
    expect(fittedBest([KRAKOW, northwards], SIZE, [cramped])).toEqual(fitted([KRAKOW, northwards], SIZE, cramped));
    expect(fittedBest([KRAKOW], SIZE, paddings)).toEqual(fitted([KRAKOW], SIZE, below));
    expect(fittedBest([], SIZE, paddings)).toBeNull();
  });

  test("comes no nearer than a street to a single one, and does nothing without any", () => {
    expect(fitted([KRAKOW], SIZE)?.zoom).toBe(15);
    expect(fitted([], SIZE)).toBeNull();
  });
});

describe("distances on the map", () => {
  test("a pixel is as wide as the ground under it: a thousand of them are what the sphere says", () => {
    const view = { ...spotOf(KRAKOW), zoom: 14 };
    const [west, east] = [-500, 500].map((dx) => pointAt(toSpot({ x: dx, y: 0 }, view, { width: 0, height: 0 })));
    if (west === undefined || east === undefined) throw new Error("two points");
    // The mean radius of distances, and the equator's of the projection, are a thousandth apart.
    expect(metresPerPixel(view) * 1000).toBeCloseTo(metresBetween(west, east), -2);
  });

  test("the scale bar is the greatest round distance that fits", () => {
    fc.assert(
      fc.property(fc.double({ min: 2, max: 18, noNaN: true }), (zoom) => {
        const { metres, pixels } = scaleBar({ ...spotOf(KRAKOW), zoom }, 110);
        expect(pixels).toBeLessThanOrEqual(110.001);
        expect(pixels).toBeGreaterThan(110 / 2.51);
        expect(["1", "2", "5"]).toContain(String(Math.round(metres * 1e6)).replace(/0+$/, ""));
      }),
    );
  });
});

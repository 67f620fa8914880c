import { describe, expect, test } from "vitest";
import { evidenceOf, metresBetween, pointOf } from "./place";

const KRAKOW = { latitude: 50_061_430, longitude: 19_936_580 };
const WARSAW = { latitude: 52_229_770, longitude: 21_011_780 };
/** `metres` north of Kraków's centre; a degree of latitude is 111 195 m on this sphere. */
const north = (metres: number, accuracy = 10) => ({
  latitude: KRAKOW.latitude + Math.round((metres / 111_195) * 1_000_000),
  longitude: KRAKOW.longitude,
  accuracy,
});

describe("distance", () => {
  test("from Kraków to Warsaw is 252 km", () => {
    expect(metresBetween(KRAKOW, WARSAW)).toBeGreaterThan(251_500);
    expect(metresBetween(KRAKOW, WARSAW)).toBeLessThan(252_500);
  });
  test("is the same in both directions and nothing to oneself", () => {
    expect(metresBetween(KRAKOW, WARSAW)).toBe(metresBetween(WARSAW, KRAKOW));
    expect(metresBetween(KRAKOW, KRAKOW)).toBe(0);
  });
  test("takes the short way across the date line", () => {
    const [west, east] = [179_900_000, -179_900_000].map((longitude) => ({ latitude: 0, longitude }));
    expect(metresBetween(west ?? KRAKOW, east ?? KRAKOW)).toBe(22_239);
  });
  test("around half the globe is no accident of rounding", () => {
    const poles = [90_000_000, -90_000_000].map((latitude) => ({ latitude, longitude: 0 }));
    expect(metresBetween(poles[0] ?? KRAKOW, poles[1] ?? KRAKOW)).toBe(20_015_114);
  });
});

describe("the evidence of a check-in", () => {
  test("near and sharp is at the customer", () => {
    expect(evidenceOf(KRAKOW, north(120))).toEqual({ presence: "at_customer", distance: 120 });
  });
  test("far is elsewhere, with the distance", () => {
    expect(evidenceOf(KRAKOW, north(3_000))).toEqual({ presence: "elsewhere", distance: 3_000 });
  });
  test("a coarse reading proves neither", () => {
    expect(evidenceOf(KRAKOW, north(100, 1_500)).presence).toBe("unknown");
    expect(evidenceOf(KRAKOW, north(900, 1_500)).presence).toBe("unknown");
  });
  test("even a coarse reading proves that another town is elsewhere", () => {
    expect(evidenceOf(KRAKOW, { ...WARSAW, accuracy: 5_000 }).presence).toBe("elsewhere");
  });
  test("without a place, or without the customer's, nothing is known and nothing is claimed", () => {
    expect(evidenceOf(KRAKOW, null)).toEqual({ presence: "unknown", distance: null });
    expect(evidenceOf(null, north(0))).toEqual({ presence: "unknown", distance: null });
  });
});

test("a record has a point only with both halves; the equator is a place", () => {
  expect(pointOf({ latitude: 0, longitude: 0 })).toEqual({ latitude: 0, longitude: 0 });
  expect(pointOf({ latitude: 50_000_000 })).toBeNull();
  expect(pointOf({ latitude: 1, longitude: null })).toBeNull();
});

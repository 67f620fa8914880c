import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, id, open, receive } from "../fixtures.ts";
import { distanceBetween, type Place } from "./around.ts";

/** On land and sea, at the date line on both sides, and where the ways to the next meridian are short. */
const PLACES = {
  Kraków: [50_061_000, 19_938_000],
  "the gulf of Guinea": [0, 0],
  "Egvekinot, east of the date line": [66_320_000, -179_120_000],
  "Taveuni, on it": [-16_850_000, 179_990_000],
  "the line itself": [-16_850_000, 180_000_000],
  "the line from the other side": [-16_850_000, -180_000_000],
  Longyearbyen: [78_220_000, 15_650_000],
  "a camp near the north pole": [89_600_000, 105_000_000],
  "the south pole": [-90_000_000, 0],
} as const;

const REACH = [900, 5_000, 50_000, 200_000];

/** Places all around, at many distances up to some 300 km, by their numbers. */
function around(latitude: number, longitude: number): readonly Place[] {
  return Array.from({ length: 160 }, (_, at) => {
    const [angle, far] = [at * 2.4, (300_000 * 1.06 ** -at) / 6_371_008];
    const p = (latitude * Math.PI) / 180e6;
    const q = Math.asin(Math.sin(p) * Math.cos(far) + Math.cos(p) * Math.sin(far) * Math.cos(angle));
    const aside = Math.atan2(Math.sin(angle) * Math.sin(far) * Math.cos(p), Math.cos(far) - Math.sin(p) * Math.sin(q));
    const east = longitude + (aside * 180e6) / Math.PI;
    return {
      latitude: Math.round((q * 180e6) / Math.PI),
      longitude: Math.round(((east + 540e6) % 360e6) - 180e6),
    };
  });
}

describe.each(Object.entries(PLACES))("around %s", (_name, [latitude, longitude]) => {
  const here = { latitude, longitude };
  const device = open();
  const known = around(latitude, longitude).map((place, at) => ({
    ...place,
    name: `At ${String(at).padStart(3, "0")}`,
    distance: distanceBetween(place, here) ?? 0,
  }));
  const rows = known.map(({ distance: _, ...v }, at) => customerRow(1000 + at, v));
  receive(device, { rows: { shared: [], [BUCKET]: rows }, complete: [BUCKET, "shared", `u:${id(1)}`] });
  const page = (more: object) =>
    device.engine.query("customers.page", {
      search: "",
      ...{ filter: { name: "all" }, sort: "name", offset: 0, limit: 500, here },
      ...more,
    });

  test.each(REACH)("whoever is within %d m is found, and nobody else", (within) => {
    const near = known.filter(({ distance }) => distance <= within).map(({ name }) => name);
    expect(near.length).toBeGreaterThan(0);
    const found = page({ filter: { name: "every", within } });
    expect(found.rows.map(({ name }) => name)).toEqual(near.sort());
    expect(found.total).toBe(near.length);
  });

  test("the nearest are the nearest, be they few or all", () => {
    const sorted = known.map(({ distance }) => distance).sort((a, b) => a - b);
    for (const limit of [1, 3, 20, 160])
      expect(page({ sort: "distance", limit }).rows.map(({ distance }) => distance)).toEqual(sorted.slice(0, limit));
  });
});

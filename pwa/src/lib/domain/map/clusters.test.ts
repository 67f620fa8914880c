import { describe, expect, test } from "vitest";
import { Clusters } from "./clusters";
import { fitted, spotOf, type View } from "./view";

const SIZE = { width: 400, height: 400 };
const KRAKOW = { latitude: 50_061_400, longitude: 19_936_600 };

/** So many customers in a street, and as many in one house of another town. */
function located(count: number) {
  const steps = Array.from({ length: count }, (_, at) => at);
  return {
    latitude: [...steps.map((at) => KRAKOW.latitude + at * 100), ...steps.map(() => 52_229_700)],
    longitude: [...steps.map(() => KRAKOW.longitude), ...steps.map(() => 21_012_200)],
  };
}
const viewOf = (points: { latitude: number[]; longitude: number[] }): View => {
  const view = fitted(
    points.latitude.map((latitude, at) => ({ latitude, longitude: points.longitude[at] ?? 0 })),
    SIZE,
  );
  if (view === null) throw new Error("nothing to fit");
  return view;
};

describe("clusters", () => {
  const points = located(10);
  const shades = points.latitude.map((_, at) => at % 2);
  const clusters = new Clusters(points, shades, 3);

  test("from afar two towns are two marks, which count everybody by shade", () => {
    const marks = clusters.marksIn(viewOf(points), SIZE);
    expect(marks.map((mark) => mark.kind === "many" && [mark.count, mark.counts])).toEqual([
      [10, [5, 5, 0]],
      [10, [5, 5, 0]],
    ]);
  });

  test("come apart at the zoom they name, and stand for whom they say", () => {
    const [mark] = clusters.marksIn({ ...spotOf(KRAKOW), zoom: 8 }, SIZE);
    if (mark?.kind !== "many") throw new Error("one mark of many");
    const opened = clusters.marksIn({ ...mark.spot, zoom: clusters.opensAt(mark.id) }, SIZE);
    expect(opened.length).toBeGreaterThan(1);
    expect([...clusters.membersOf(mark.id, 100)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("near enough everybody stands alone, those of one house too", () => {
    const marks = clusters.marksIn({ ...spotOf({ latitude: 52_229_700, longitude: 21_012_200 }), zoom: 17 }, SIZE);
    expect(marks.map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => "one"));
  });

  test("nothing outside the map is painted", () => {
    expect(clusters.marksIn({ ...spotOf({ latitude: 0, longitude: 0 }), zoom: 10 }, SIZE)).toEqual([]);
  });

  test("twenty thousand marks lose nobody", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => at);
    const all = new Clusters(
      {
        latitude: many.map((at) => 49_000_000 + (at % 141) * 40_000),
        longitude: many.map((at) => 15_000_000 + Math.floor(at / 141) * 60_000),
      },
      many.map(() => 0),
      1,
    );
    const marks = all.marksIn({ x: 0.5, y: 0.5, zoom: 0 }, { width: 256, height: 256 });
    expect(marks.reduce((sum, mark) => sum + (mark.kind === "many" ? mark.count : 1), 0)).toBe(20_000);
  });
});

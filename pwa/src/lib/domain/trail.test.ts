import { expect, test } from "vitest";
import { REACH, stepsFrom, stretchAround, trailThrough } from "./trail";

const ids = ["a", "b", "c", "d"];
const whole = { from: 0, ids, total: 4 };

test("in the middle of a list there is a way to both sides, at its ends to one", () => {
  expect(stepsFrom({ id: "b", index: 1 }, whole)).toEqual({
    index: 1,
    total: 4,
    previous: { id: "a", index: 0 },
    next: { id: "c", index: 2 },
  });
  expect(stepsFrom({ id: "a", index: 0 }, whole).previous).toBeNull();
  expect(stepsFrom({ id: "d", index: 3 }, whole).next).toBeNull();
});

test("a list that has shifted meanwhile is followed", () => {
  expect(stepsFrom({ id: "c", index: 1 }, whole)).toMatchObject({ index: 2, next: { id: "d", index: 3 } });
});

test("who has left the list is followed by who moved up into his place", () => {
  expect(stepsFrom({ id: "seen", index: 2 }, whole)).toEqual({
    index: null,
    total: 4,
    previous: { id: "b", index: 1 },
    next: { id: "c", index: 2 },
  });
  expect(stepsFrom({ id: "seen", index: 4 }, whole)).toMatchObject({ previous: { id: "d" }, next: null });
  expect(stepsFrom({ id: "seen", index: 9 }, { from: 0, ids: [], total: 0 })).toMatchObject({
    previous: null,
    next: null,
  });
});

test("far down a long list only the rows around are asked for", () => {
  expect(stretchAround(3)).toEqual({ offset: 0, limit: 4 + REACH });
  expect(stretchAround(1000)).toEqual({ offset: 1000 - REACH, limit: 2 * REACH + 1 });
  const stretch = {
    from: 1000 - REACH,
    ids: Array.from({ length: 51 }, (_, at) => String(1000 - REACH + at)),
    total: 2000,
  };
  expect(stepsFrom({ id: "1000", index: 1000 }, stretch)).toMatchObject({
    index: 1000,
    next: { id: "1001", index: 1001 },
  });
});

test("a day's route leads from one customer to the next, whoever is visited twice once", () => {
  const trail = trailThrough(["a", null, "b", "a", undefined, "c"], "Today", "b");
  expect(trail).toEqual({ question: { ids: ["a", "b", "c"] }, name: "Today", id: "b", index: 1 });
});

test("from a list of one, and from one that he is not in, there is no way on", () => {
  expect(trailThrough(["a", "a"], "Today", "a")).toBeNull();
  expect(trailThrough(["a", "b"], "Today", "c")).toBeNull();
});

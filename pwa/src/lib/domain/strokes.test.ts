import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { boxOfStrokes, MAX_STROKES, textFromStrokes } from "./strokes";

const { pattern = "", max_length } = ENTITY_TYPES.visit.fields.signature ?? {};

test("a stroke is a point and steps, in whole units", () => {
  expect(
    textFromStrokes([
      [
        { x: 10.2, y: 20 },
        { x: 14, y: 17.6 },
        { x: 14.4, y: 17.7 },
        { x: 30, y: 40 },
      ],
    ]),
  ).toBe("M10 20l4 -2l16 22");
});

test("a tap of the pen is a dot, and nothing is nothing", () => {
  expect(textFromStrokes([[{ x: 5, y: 5 }]])).toBe("M5 5l0 0");
  expect(textFromStrokes([])).toBe("");
  expect(textFromStrokes([[]])).toBe("");
});

test("the end of a stroke is kept, however near it is", () => {
  const stroke = [
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 51, y: 0 },
  ];
  expect(textFromStrokes([stroke])).toBe("M0 0l50 0l1 0");
});

test("whatever is drawn is something that the record takes", () => {
  const dot = fc.record({ x: fc.double({ min: -900, max: 20_000, noNaN: true }), y: fc.integer() });
  fc.assert(
    fc.property(fc.array(fc.array(dot, { minLength: 1 }), { minLength: 1, maxLength: 40 }), (strokes) => {
      expect(textFromStrokes(strokes)).toMatch(new RegExp(pattern, "u"));
    }),
  );
});

test("scribbling for minutes gets coarser, not longer than the record takes", () => {
  const scribble = Array.from({ length: 30_000 }, (_, at) => ({ x: (at * 37) % 600, y: (at * 53) % 260 }));
  const many = Array.from({ length: 8_000 }, (_, at) => [{ x: at % 600, y: at % 260 }]);
  for (const strokes of [[scribble], many]) {
    const text = textFromStrokes(strokes);
    expect(text.length).toBeLessThanOrEqual(MAX_STROKES);
    expect(text).toMatch(new RegExp(pattern, "u"));
  }
  expect(max_length).toBe(MAX_STROKES);
});

test("what was drawn is shown without the empty paper around it", () => {
  expect(boxOfStrokes("M100 50l20 10l-40 0M90 80l0 0")).toEqual({ x: 72, y: 42, width: 56, height: 46 });
  expect(boxOfStrokes("nonsense")).toBeNull();
});

import { expect, test } from "vitest";
import { isSecondHalf } from "./steady";

const [first, next] = [new EventTarget(), new EventTarget()];
const tap = { at: 1_000, x: 40, y: 300, on: first };

test("a second tap at once on the same place, where something else is now, was meant for what was there", () => {
  expect(isSecondHalf(tap, { at: 1_180, x: 44, y: 297, on: next })).toBe(true);
});

test("a tap on the same thing, elsewhere, or after a look counts", () => {
  expect(isSecondHalf(tap, { at: 1_180, x: 44, y: 297, on: first })).toBe(false);
  expect(isSecondHalf(tap, { at: 1_180, x: 40, y: 364, on: next })).toBe(false);
  expect(isSecondHalf(tap, { at: 1_500, x: 40, y: 300, on: next })).toBe(false);
});

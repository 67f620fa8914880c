import { expect, test } from "vitest";
import { nextIndex } from "./roving";

test("arrows follow the direction of reading and go round", () => {
  expect(nextIndex("ArrowRight", 0, 3, "ltr")).toBe(1);
  expect(nextIndex("ArrowRight", 0, 3, "rtl")).toBe(2);
  expect(nextIndex("ArrowLeft", 0, 3, "rtl")).toBe(1);
  expect(nextIndex("ArrowDown", 2, 3, "rtl")).toBe(0);
  expect(nextIndex("End", 0, 3, "ltr")).toBe(2);
});

test("other keys and empty groups are left alone", () => {
  expect(nextIndex("a", 0, 3, "ltr")).toBeNull();
  expect(nextIndex("End", 0, 0, "ltr")).toBeNull();
});

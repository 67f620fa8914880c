import { expect, test } from "vitest";
import { sideOf } from "./swipe";

test("a swipe to the right ends where one writes to the right, and begins where one writes to the left", () => {
  expect([sideOf(96, "ltr"), sideOf(-96, "ltr")]).toEqual(["end", "start"]);
  expect([sideOf(96, "rtl"), sideOf(-96, "rtl")]).toEqual(["start", "end"]);
});

test("a short one means nothing", () => expect([sideOf(95, "ltr"), sideOf(0, "rtl")]).toEqual([null, null]));

import { expect, test } from "vitest";
import { draggedTo } from "./drag";

const TOPS = [0, 60, 120, 220];

test("a row that is dragged takes its neighbour's place once it is past the middle of it", () => {
  expect([0, 29, 31, 89, 91, 171, 500].map((pixels) => draggedTo(TOPS, 0, pixels))).toEqual([0, 0, 1, 1, 2, 3, 3]);
  expect([-49, -51, -129, -131, -900].map((pixels) => draggedTo(TOPS, 3, pixels))).toEqual([3, 2, 2, 1, 0]);
});

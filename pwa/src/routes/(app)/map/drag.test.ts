import { expect, test } from "vitest";
import { draggedTo, scrollSpeed } from "./drag";

const TOPS = [0, 60, 120, 220];

test("a row that is dragged takes its neighbour's place once it is past the middle of it", () => {
  expect([0, 29, 31, 89, 91, 171, 500].map((pixels) => draggedTo(TOPS, 0, pixels))).toEqual([0, 0, 1, 1, 2, 3, 3]);
  expect([-49, -51, -129, -131, -900].map((pixels) => draggedTo(TOPS, 3, pixels))).toEqual([3, 2, 2, 1, 0]);
});

test("the list goes on under a finger near its edge, the faster the nearer, and stands still in between", () => {
  expect([150, 300, 436].map((y) => scrollSpeed(y, 60, 500))).toEqual([0, 0, 0]);
  expect([437, 468, 500, 600].map((y) => scrollSpeed(y, 60, 500))).toEqual([1, 6, 12, 12]);
  expect([123, 92, 60, 0].map((y) => scrollSpeed(y, 60, 500))).toEqual([-1, -6, -12, -12]);
});

test("in a list that is hardly higher than a finger there is still a place where it stands still", () => {
  expect([10, 45, 80].map((y) => scrollSpeed(y, 0, 90))).toEqual([-8, 0, 8]);
});

import { expect, test } from "vitest";
import { monthStarts } from "./month";

const NOW = Date.UTC(2026, 10, 21, 9);
const shown = (...starts: readonly number[]) => starts.map((start) => new Date(start).toISOString());

test("months begin at midnight of the reader's time zone, the present one last", () => {
  expect(shown(...monthStarts(NOW, 3, "Europe/Warsaw", "gregory"))).toEqual([
    "2026-08-31T22:00:00.000Z",
    "2026-09-30T22:00:00.000Z",
    "2026-10-31T23:00:00.000Z",
  ]);
});

test("a Persian reader's months are those of the Persian calendar", () => {
  // 21 November 2026 is 30 Aban 1405; Aban begins on 23 October, Mehr on 23 September.
  expect(shown(...monthStarts(NOW, 2, "UTC", "persian"))).toEqual([
    "2026-09-23T00:00:00.000Z",
    "2026-10-23T00:00:00.000Z",
  ]);
});

test("twelve months reach over the turn of the year", () => {
  expect(shown(monthStarts(NOW, 12, "UTC", "gregory")[0] ?? 0)).toEqual(["2025-12-01T00:00:00.000Z"]);
});

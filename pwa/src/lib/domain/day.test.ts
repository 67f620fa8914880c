import { expect, test } from "vitest";
import { addDays, instantAt, midnightAfter, nextWeekStart, weekdayOf } from "./day";

test("days are added across months and years", () => {
  expect(addDays("2026-12-30", 3)).toBe("2027-01-02");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
});
test("next week begins on the next first day of a week", () => {
  expect(weekdayOf("2026-11-21")).toBe(6);
  expect(nextWeekStart("2026-11-18", 1)).toBe("2026-11-23");
  expect(nextWeekStart("2026-11-18", 6)).toBe("2026-11-21");
});
test("on the first day of a week the next week is seven days ahead", () => {
  expect(nextWeekStart("2026-11-21", 6)).toBe("2026-11-28");
});
test("nine o'clock is nine o'clock before and after the clocks change", () => {
  expect(instantAt("2026-10-24", 9, "Europe/Warsaw")).toBe(Date.UTC(2026, 9, 24, 7));
  expect(instantAt("2026-10-26", 9, "Europe/Warsaw")).toBe(Date.UTC(2026, 9, 26, 8));
  expect(instantAt("2026-11-21", 9, "Asia/Tehran")).toBe(Date.UTC(2026, 10, 21, 5, 30));
});
test("midnight is the person's own", () => {
  expect(midnightAfter(Date.UTC(2026, 10, 21, 22, 30), "Europe/Warsaw")).toBe(Date.UTC(2026, 10, 21, 23));
  expect(midnightAfter(Date.UTC(2026, 10, 21, 23, 0), "Europe/Warsaw")).toBe(Date.UTC(2026, 10, 22, 23));
});

import { CalendarDate, createCalendar } from "@internationalized/date";
import { describe, expect, test } from "vitest";
import { isoOf, monthGrid, notBefore } from "./month-grid";

const YEARS = { gregory: 2001, persian: 1380 } as const;
const DAY_MS = 86_400_000;
const weekday = (day: string) => new Date(day).getUTCDay();

describe.each(["gregory", "persian"] as const)("the months of fifty years, %s", (calendar) => {
  const months = Array.from(
    { length: 50 * 12 },
    (_, index) =>
      new CalendarDate(createCalendar(calendar), YEARS[calendar] + Math.floor(index / 12), (index % 12) + 1, 9),
  );
  test.each([0, 1, 6] as const)("have each day once, below its weekday, in weeks from day %i", (weekStart) => {
    let expected = Date.parse(isoOf((months[0] as CalendarDate).set({ day: 1 })));
    const misplaced: string[] = [];
    for (const month of months) {
      const weeks = monthGrid(month, weekStart);
      expect(weeks.every((week) => week.length === 7 && week.some((cell) => cell !== null))).toBe(true);
      let number = 1;
      for (const week of weeks)
        week.forEach((cell, column) => {
          if (cell === null) return;
          const follows = cell.number === number && Date.parse(cell.day) === expected;
          if (!follows || weekday(cell.day) !== (weekStart + column) % 7) misplaced.push(cell.day);
          number += 1;
          expected += DAY_MS;
        });
    }
    expect(misplaced).toEqual([]);
  });
});

test.each([
  [1399, 30],
  [1403, 30],
  [1404, 29],
  [1407, 29],
  [1408, 30],
])("Esfand %i has %i days", (year, days) => {
  const weeks = monthGrid(new CalendarDate(createCalendar("persian"), year, 12, 1), 6);
  expect(weeks.flat().filter((cell) => cell !== null)).toHaveLength(days);
});

test("a day before the first that can be chosen becomes that one", () => {
  expect(notBefore("2026-11-28", "2026-11-21")).toBe("2026-11-28");
  expect(notBefore("2026-11-28", "2026-12-05")).toBe("2026-12-05");
});

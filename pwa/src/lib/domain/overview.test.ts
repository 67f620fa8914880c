import { describe, expect, test } from "vitest";
import { changeOf, chartDays, shareOf, spansOf } from "./overview";

const HOUR = 3_600_000;
/** Saturday 21 November 2026, 9:30 in Warsaw. */
const NOW = Date.UTC(2026, 10, 21, 8, 30);
const shown = (instant: number) => new Date(instant).toISOString().slice(0, 16);

describe("today", () => {
  test("is compared with yesterday up to the same time of day", () => {
    const spans = spansOf("today", "2026-11-21", NOW, "Europe/Warsaw", 1);
    expect([spans.from, spans.to, spans.beforeFrom, spans.beforeTo].map(shown)).toEqual([
      "2026-11-20T23:00",
      "2026-11-21T23:00",
      "2026-11-19T23:00",
      "2026-11-20T08:30",
    ]);
    expect([spans.firstDay, spans.lastDay]).toEqual(["2026-11-21", "2026-11-21"]);
  });
});

describe("this week", () => {
  test("begins on the reader's first day of the week and is compared with the last one up to now", () => {
    const monday = spansOf("week", "2026-11-21", NOW, "Europe/Warsaw", 1);
    expect([monday.firstDay, monday.lastDay]).toEqual(["2026-11-16", "2026-11-22"]);
    expect([monday.beforeFrom, monday.beforeTo].map(shown)).toEqual(["2026-11-08T23:00", "2026-11-14T08:30"]);
    const saturday = spansOf("week", "2026-11-21", NOW, "Asia/Tehran", 6);
    expect([saturday.firstDay, saturday.lastDay]).toEqual(["2026-11-21", "2026-11-27"]);
  });

  test("compares the same time on the wall across a change of clocks", () => {
    // The clocks of Warsaw went back on Sunday 25 October 2026; Monday 26 is in winter time, Monday 19 in summer time.
    const now = Date.UTC(2026, 9, 26, 9, 0);
    const spans = spansOf("week", "2026-10-26", now, "Europe/Warsaw", 1);
    expect(now - spans.from).toBe(10 * HOUR);
    expect(spans.beforeTo - spans.beforeFrom).toBe(10 * HOUR);
  });
});

test("the chart has one more instant than days, and today is the last", () => {
  const { days, starts } = chartDays("2026-11-21", 28, "Europe/Warsaw");
  expect([days.length, starts.length, days[0], days.at(-1)]).toEqual([28, 29, "2026-10-25", "2026-11-21"]);
  // The day on which the clocks go back has 25 hours.
  expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBe(25 * HOUR);
});

test("of nothing there is neither change nor share", () => {
  expect([changeOf(0, 5), shareOf(0, 0)]).toEqual([null, null]);
  expect([changeOf(50, 56), shareOf(43, 50)]).toEqual([0.12, 0.86]);
});

import { expect, test } from "vitest";
import type { HolidayRow } from "#lib/store/queries/holiday";
import { addHoliday, firstOpenDay, holidayName, holidaysOf, isClosed, isOwnDay } from "./holiday";

const row = (day: string, country: string | null, more: Partial<HolidayRow> = {}): HolidayRow => ({
  ...{ id: `${day}${country}`, day, country, name: "Boże Narodzenie", nameIn: { en: "Christmas Day" }, working: false },
  ...more,
});
const rows = [
  row("2026-12-25", "PL"),
  row("2026-12-25", "GB", { name: "Christmas Day", nameIn: {} }),
  row("2026-12-26", "PL"),
  row("2026-12-27", null, { name: "Stocktaking", nameIn: {} }),
  row("2026-12-28", "PL", { working: true }),
  row("2026-12-29", "IR"),
];
const both = new Set(["PL", "GB"]);

test("the holidays of one's countries and of everybody count, others and those that are worked on do not", () => {
  const days = holidaysOf(rows, both);
  expect([...days.keys()]).toEqual(["2026-12-25", "2026-12-26", "2026-12-27"]);
  expect(days.get("2026-12-25")).toHaveLength(2);
});

test("a customer is closed with his country; one without a country where all are", () => {
  const days = holidaysOf(rows, both);
  expect(isClosed(days, "2026-12-26", "PL", both)).toBe(true);
  expect(isClosed(days, "2026-12-26", "GB", both)).toBe(false);
  expect(isClosed(days, "2026-12-26", null, both)).toBe(false);
  expect(isClosed(days, "2026-12-25", null, both)).toBe(true);
  expect(isClosed(days, "2026-12-27", "GB", both)).toBe(true);
  expect(isClosed(days, "2026-12-30", null, new Set())).toBe(false);
});

test("a plan begins on the first day on which somebody is open", () => {
  const days = holidaysOf(rows, both);
  const next = ["2026-12-25", "2026-12-26", "2026-12-27"];
  expect(firstOpenDay(next, days, both)).toBe("2026-12-26");
  expect(firstOpenDay(next, days, new Set(["PL"]))).toBe("2026-12-25");
  expect(firstOpenDay([...next, "2026-12-28"], days, new Set(["PL"]))).toBe("2026-12-28");
});

test("a name is said in the reader's language, or in English, or as it was written", () => {
  expect(holidayName(row("2026-12-25", "PL"), "en")).toBe("Christmas Day");
  expect(holidayName(row("2026-12-25", "PL"), "fa")).toBe("Christmas Day");
  expect(holidayName(row("2026-12-25", "PL", { nameIn: {} }), "en")).toBe("Boże Narodzenie");
  expect(addHoliday("1", { day: "2026-12-24", name: " Eve ", country: null })[0]?.v).toEqual({
    day: "2026-12-24",
    name: "Eve",
  });
});

test("a day of a calendar is told from one that a manager has added for a country", () => {
  expect(isOwnDay(row("2026-12-25", "GB", { name: "Christmas Day", nameIn: { en: "Christmas Day" } }))).toBe(false);
  expect(isOwnDay(row("2026-12-24", "GB", { name: "Stocktaking", nameIn: {} }))).toBe(true);
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Calendar } from "#lib/i18n/locales";
import { birthdaysAbout } from "#lib/store/birthdays";
import { daysToBirthday } from "./birthday";
import { addDays } from "./day";

/** `tests/unit/birthdays.json`: the server's too. */
interface Case {
  readonly name: string;
  readonly born: string;
  readonly calendar: Calendar;
  readonly returns: readonly string[];
}
const CASES = JSON.parse(readFileSync("../tests/unit/birthdays.json", "utf8")) as Case[];

test.each(CASES)("a birthday returns by the calendar of who reads: $name", ({ born, calendar, returns }) => {
  const away = (day: string) => daysToBirthday(born, day, calendar);
  expect(returns.map(away)).toEqual(returns.map(() => 0));
  expect(returns.map((day) => away(addDays(day, -1)))).toEqual(returns.map(() => 1));
  expect(returns.map((day) => away(addDays(day, 1)))).toEqual(returns.map(() => -1));
});

test("the nearest return counts, across the new year too", () => {
  expect(daysToBirthday("1980-01-02", "2026-12-30", "gregory")).toBe(3);
  expect(daysToBirthday("1980-12-31", "2027-01-01", "gregory")).toBe(-1);
  expect(daysToBirthday("1996-03-20", "2027-03-19", "persian")).toBe(2);
});

test("what is no day is nobody's birthday", () => {
  expect(daysToBirthday("1980-02-31", "2026-11-28", "gregory")).toBeNull();
});

describe("the store finds everybody whose birthday is about a day", () => {
  test.each(["gregory", "persian"] as const)("by the calendar %s", (calendar) => {
    const missed: string[] = [];
    for (const born of births()) {
      for (const year of [2024, 2027, 2028, 2032, 2045]) {
        const about = `${year}${born.endsWith("-02-29") ? "-02-28" : born.slice(4)}`;
        for (let ahead = -4; ahead <= 4; ahead += 1) {
          const day = addDays(about, ahead);
          const isNear = Math.abs(daysToBirthday(born, day, calendar) ?? Number.POSITIVE_INFINITY) <= 1;
          if (isNear && !birthdaysAbout(day).includes(born.slice(5))) missed.push(`${born} on ${day}`);
        }
      }
    }
    expect(missed).toEqual([]);
  });
});

/** Days of a hundred years, and those about leap days, Nowruz and the new year. */
function births(): string[] {
  const days: string[] = [];
  for (let day = "1920-01-05"; day < "2026-01-01"; day = addDays(day, 97)) days.push(day);
  for (let year = 1920; year < 2026; year += 3)
    for (const [first, count] of [
      ["02-27", 4],
      ["03-19", 4],
      ["12-30", 4],
    ] as const)
      for (let ahead = 0; ahead < count; ahead += 1) days.push(addDays(`${year}-${first}`, ahead));
  return days;
}

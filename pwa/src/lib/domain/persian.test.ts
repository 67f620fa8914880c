/** What is counted in months and years, in the Persian calendar and in the Gregorian one, day by day over fifty years. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Calendar } from "#lib/i18n/locales";
import { newId } from "$sync/identifier";
import type { TaskRepeat } from "$sync/schema.gen";
import { addDays } from "./day";
import { monthStarts } from "./month";
import { nextTime } from "./repeating";
import { dayFromTyped, typedFromDay } from "./typed-day";

const DAY_MS = 86_400_000;
const [FROM, TO] = ["2001-03-21", "2051-03-20"];
const DAYS = Array.from({ length: (Date.parse(TO) - Date.parse(FROM)) / DAY_MS + 1 }, (_, index) =>
  addDays(FROM, index),
);

/** Year, month and day as the browser says them, which has the calendar from ICU. */
type Parts = readonly [year: number, month: number, day: number];
const formats = { persian: partsBy("persian"), gregory: partsBy("gregory") };
function partsBy(calendar: Calendar): (day: string) => Parts {
  const options = { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" } as const;
  const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, options);
  return (day) => {
    const by = new Map(format.formatToParts(Date.parse(day)).map(({ type, value }) => [type, Number(value)]));
    return [by.get("year") ?? 0, by.get("month") ?? 0, by.get("day") ?? 0];
  };
}
/** How many days a month has, by the browser. */
const lengths = new Map<string, number>();
for (const calendar of ["persian", "gregory"] as const)
  for (const day of DAYS) {
    const [year, month, of] = formats[calendar](day);
    lengths.set(`${calendar} ${year} ${month}`, of);
  }

test("the years begin, and are leap years, as they are published", () => {
  const { first_year, leap_years, starts } = JSON.parse(readFileSync("../tests/unit/nowruz.json", "utf8")) as Nowruz;
  expect(leap_years).toEqual(expect.arrayContaining([1399, 1403, 1408]));
  starts.forEach((day, index) => {
    const year = first_year + index;
    expect(dayFromTyped(`${year}/1/1`, "persian")).toBe(day);
    if (index < starts.length - 1)
      expect(dayFromTyped(`${year}/12/30`, "persian") !== null).toBe(leap_years.includes(year));
  });
});

test("every day is typed and shown as the browser says it", () => {
  const wrong = DAYS.filter((day) => {
    const parts = formats.persian(day).map((part, at) => String(part).padStart(at === 0 ? 4 : 2, "0"));
    return typedFromDay(day, "persian") !== parts.join("/") || dayFromTyped(parts.join("/"), "persian") !== day;
  });
  expect(wrong).toEqual([]);
});

test.each(["persian", "gregory"] as const)("this month and the last begin on their first, %s", (calendar) => {
  const wrong = DAYS.slice(62).filter((day) => {
    const [last = 0, present = 0] = monthStarts(Date.parse(day), 2, "UTC", calendar);
    const [year, month, of] = formats[calendar](day);
    const before = month === 1 ? `${calendar} ${year - 1} 12` : `${calendar} ${year} ${month - 1}`;
    return present !== Date.parse(day) - (of - 1) * DAY_MS || present - last !== (lengths.get(before) ?? 0) * DAY_MS;
  });
  expect(wrong).toEqual([]);
});

describe.each([
  ["persian", "1399/01/31"],
  ["persian", "1380/06/31"],
  ["gregory", "2020/01/31"],
  ["gregory", "2020/03/31"],
] as const)("every month on the 31st, %s from %s", (calendar, typed) => {
  test("is the last of a shorter month, and none is left out", () => {
    const first = dayFromTyped(typed, calendar) as string;
    const days = series(first, "month", calendar, 300);
    let [year, month] = formats[calendar](first);
    for (const day of days) {
      [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
      expect(formats[calendar](day)).toEqual([
        year,
        month,
        Math.min(31, lengths.get(`${calendar} ${year} ${month}`) ?? 0),
      ]);
    }
  });
});

test("every year on 30 Esfand is the 29th in years without one, and the 30th again", () => {
  const days = series(dayFromTyped("1399/12/30", "persian") as string, "year", "persian", 9);
  expect(days.map((day) => typedFromDay(day, "persian"))).toEqual([
    ...["1400/12/29", "1401/12/29", "1402/12/29", "1403/12/30", "1404/12/29"],
    ...["1405/12/29", "1406/12/29", "1407/12/29", "1408/12/30"],
  ]);
});

/** The days of a series, each done on its day. */
function series(first: string, repeat: TaskRepeat, calendar: Calendar, count: number): string[] {
  const at = (day: string) => Date.parse(`${day}T09:00:00Z`);
  const fixed = { id: newId(0, new Uint8Array(10)), root: "c", title: "Report", type: "todo", person: "p" } as const;
  const series = { ...fixed, customer: "c", description: null, next_task: null, repeat, repeat_from: at(first) };
  const days = [first];
  for (const day of days) {
    if (days.length > count) break;
    const next = nextTime({ ...series, due_day: day, remind_at: at(day) }, at(day), {
      timeZone: "UTC",
      calendar,
      morning: 9,
    });
    if (next !== null) days.push(next.due_day);
  }
  return days.slice(1);
}

/** `tests/unit/nowruz.json`. */
interface Nowruz {
  readonly first_year: number;
  readonly leap_years: readonly number[];
  readonly starts: readonly string[];
}

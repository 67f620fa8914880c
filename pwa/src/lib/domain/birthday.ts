/** Birthdays: when they return, by the calendar of whoever reads; the server reminds by the same (docs/decisions/0263). */
import { type CalendarDate, createCalendar, GregorianCalendar, parseDate, toCalendar } from "@internationalized/date";
import { daysBetween } from "#lib/i18n/format";
import type { Calendar } from "#lib/i18n/locales";

/** A contact's day of birth, ISO. */
export interface Born {
  readonly name: string;
  readonly born: string;
}

/** A birthday is a reason from the day before it to the day after it: then it is still kind to mention it. */
const REACH_DAYS = 1;

/**
 * Days from `today` to the nearest return of a birthday, negative for one just past; in a month that is too short its last day is
 * meant: 28 February, 29 Esfand. Null where `born` is no day.
 */
export function daysToBirthday(born: string, today: string, calendar: Calendar): number | null {
  let birth: CalendarDate;
  try {
    birth = parseDate(born);
  } catch {
    return null;
  }
  const start = toCalendar(birth, createCalendar(calendar));
  const now = toCalendar(parseDate(today), createCalendar(calendar));
  const aways = [-1, 0, 1].map((more) => {
    const day = toCalendar(start.add({ years: now.year - start.year + more }), new GregorianCalendar());
    return daysBetween(today, day.toString());
  });
  return aways.reduce((nearest, away) => (Math.abs(away) < Math.abs(nearest) ? away : nearest));
}

/** The birthday to mention on a day: one to come is named before one that has passed. */
export function nearestBirthday(
  birthdays: readonly Born[],
  today: string,
  calendar: Calendar,
): { name: string; inDays: number } | null {
  const near = birthdays
    .map(({ name, born }) => ({ name, inDays: daysToBirthday(born, today, calendar) ?? Number.POSITIVE_INFINITY }))
    .filter(({ inDays }) => Math.abs(inDays) <= REACH_DAYS)
    .sort((a, b) => order(a.inDays) - order(b.inDays));
  return near[0] ?? null;
}

const order = (inDays: number): number => (inDays < 0 ? 100 - inDays : inDays);

/** Calendar days: ISO dates without a time zone, and the instants at which they begin for one person. */
import { fromAbsolute, parseDate, Time, toCalendarDateTime, toZoned } from "@internationalized/date";
import { dayOf } from "#lib/i18n/format";
import type { Weekday } from "#lib/i18n/week";

export const addDays = (day: string, count: number): string => parseDate(day).add({ days: count }).toString();

export const weekdayOf = (day: string): Weekday => new Date(`${day}T12:00:00Z`).getUTCDay() as Weekday;

/** The first day after `day` on which a week begins. */
export function nextWeekStart(day: string, weekStart: Weekday): string {
  const ahead = (weekStart - weekdayOf(day) + 7) % 7;
  return addDays(day, ahead === 0 ? 7 : ahead);
}

/** UTC milliseconds of `hour` o'clock on `day` in `timeZone`; in an hour that the clocks skip, the one after. */
export const instantAt = (day: string, hour: number, timeZone: string, minute = 0): number =>
  toZoned(toCalendarDateTime(parseDate(day), new Time(hour, minute)), timeZone)
    .toDate()
    .getTime();

/** The minute of the day that a clock on the wall shows in `timeZone`, 0 to 1439. */
export function minuteOf(instant: number, timeZone: string): number {
  const { hour, minute } = fromAbsolute(instant, timeZone);
  return hour * 60 + minute;
}

/** A day, and the UTC milliseconds from its beginning to that of the next in `timeZone`. */
export const daySpan = (day: string, timeZone: string) => ({
  day,
  from: instantAt(day, 0, timeZone),
  to: instantAt(addDays(day, 1), 0, timeZone),
});

/** UTC milliseconds at which the day after `instant`'s begins in `timeZone`. */
export const midnightAfter = (instant: number, timeZone: string): number =>
  instantAt(addDays(dayOf(instant, timeZone), 1), 0, timeZone);

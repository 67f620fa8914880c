/** The weeks of one month of any calendar, as a picker shows them. */
import {
  type Calendar,
  type CalendarDate,
  endOfMonth,
  GregorianCalendar,
  parseDate,
  startOfMonth,
  toCalendar,
} from "@internationalized/date";
import type { Weekday } from "#lib/i18n/week";

/** One day of the month: its number in it, and the ISO day. */
export interface MonthDay {
  readonly number: number;
  readonly day: string;
}

/** The ISO day of a date of any calendar. */
export const isoOf = (date: CalendarDate): string => toCalendar(date, new GregorianCalendar()).toString();

/** Rows of seven, the first column being `weekStart`; null before the first of the month and after its last. */
export function monthGrid(within: CalendarDate, weekStart: Weekday): readonly (readonly (MonthDay | null)[])[] {
  const first = startOfMonth(within);
  const blank = (new Date(`${isoOf(first)}T12:00:00Z`).getUTCDay() - weekStart + 7) % 7;
  const count = endOfMonth(within).day;
  return Array.from({ length: Math.ceil((blank + count) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, column) => {
      const number = week * 7 + column - blank + 1;
      return number < 1 || number > count ? null : { number, day: isoOf(first.set({ day: number })) };
    }),
  );
}

/** A day as a date of a calendar. */
export const dateIn = (day: string, calendar: Calendar): CalendarDate => toCalendar(parseDate(day), calendar);

/** The day, or the first one that can be chosen where it comes before that. */
export const notBefore = (min: string, day: string): string => (day < min ? min : day);

/** Months of the reader's own calendar: a Persian year has other ones. */
import {
  CalendarDate,
  createCalendar,
  fromAbsolute,
  toCalendar,
  toCalendarDateTime,
  toZoned,
} from "@internationalized/date";
import type { Calendar } from "#lib/i18n/locales";

/** The instants at which the last `count` months began, oldest first; the last is the month of `now`. */
export function monthStarts(now: number, count: number, timeZone: string, calendar: Calendar): readonly number[] {
  const today = toCalendar(fromAbsolute(now, timeZone), createCalendar(calendar));
  const first = new CalendarDate(today.calendar, today.era, today.year, today.month, 1);
  return Array.from({ length: count }, (_, index) =>
    toZoned(toCalendarDateTime(first.subtract({ months: count - 1 - index })), timeZone)
      .toDate()
      .getTime(),
  );
}

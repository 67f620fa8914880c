/** The manager's numbers: stretches of time, and what a number is compared with. */
import type { Weekday } from "#lib/i18n/week";
import { addDays, instantAt, weekdayOf } from "./day";

/** What the Overview looks at. */
export type Period = "today" | "week";

/** The period so far, and the same length of the one before. Instants are UTC milliseconds, `to` excluded. */
export interface Spans {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly from: number;
  readonly to: number;
  readonly beforeFrom: number;
  /** As far into the period before as `now` is into this one. */
  readonly beforeTo: number;
}

const DAYS: Readonly<Record<Period, number>> = { today: 1, week: 7 };

/** `today` is the reader's day of `now`; a week begins on `weekStart`. */
export function spansOf(period: Period, today: string, now: number, timeZone: string, weekStart: Weekday): Spans {
  const back = period === "today" ? 0 : (weekdayOf(today) - weekStart + 7) % 7;
  const firstDay = addDays(today, -back);
  const lastDay = addDays(firstDay, DAYS[period] - 1);
  // By the calendar and the clock on the wall, so that a change of clocks compares like with like.
  const before = (day: string) => addDays(day, -DAYS[period]);
  const intoToday = now - instantAt(today, 0, timeZone);
  return {
    firstDay,
    lastDay,
    from: instantAt(firstDay, 0, timeZone),
    to: instantAt(addDays(lastDay, 1), 0, timeZone),
    beforeFrom: instantAt(before(firstDay), 0, timeZone),
    beforeTo: instantAt(before(today), 0, timeZone) + intoToday,
  };
}

/** The change from `before` to `now` as a fraction; null where there was nothing before. */
export const changeOf = (before: number, now: number): number | null => (before === 0 ? null : (now - before) / before);

/** A part of a whole, null of nothing. */
export const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Days of the bar chart, oldest first, and the instants at which they begin (one more than days). */
export function chartDays(
  today: string,
  count: number,
  timeZone: string,
): { days: readonly string[]; starts: readonly number[] } {
  const days = Array.from({ length: count }, (_, index) => addDays(today, index - count + 1));
  return { days, starts: [...days, addDays(today, 1)].map((day) => instantAt(day, 0, timeZone)) };
}

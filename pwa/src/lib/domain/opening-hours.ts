/** When a customer may be visited on a day (`opening_hours`), and what that says of an hour at which one comes. */

import { dayOf } from "#lib/i18n/format";
import {
  DAY_MINUTES,
  groupsOf,
  type HoursGroup,
  hoursFromText,
  isSame,
  type OpeningHours,
  type Span,
} from "#lib/i18n/opening-hours";
import type { Weekday } from "#lib/i18n/week";
import { addDays, instantAt, weekdayOf } from "./day";

/** A span of one day as instants, UTC milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Whether one may come at an instant: until when, from when later that day, or that it is over (null: it never was open). */
export type Openness =
  | { readonly state: "open"; readonly until: number }
  | { readonly state: "opens"; readonly at: number }
  | { readonly state: "closed"; readonly since: number | null };

/** When a customer is open on a day, and from then past midnight; empty where he is closed, null where nobody has said. */
export function windowsOn(text: string | null | undefined, day: string, timeZone: string): readonly Window[] | null {
  const hours = hoursFromText(text);
  if (hours === null) return null;
  const at = (minute: number) => {
    const on = addDays(day, Math.floor(minute / DAY_MINUTES));
    return instantAt(on, Math.floor((minute % DAY_MINUTES) / 60), timeZone, minute % 60);
  };
  return (hours[weekdayOf(day)] ?? []).map(({ from, to }) => ({ from: at(from), to: at(to) }));
}

/** The windows of the day of an instant, behind one of the day before that is still open; null where nobody has said. */
export function windowsAt(
  text: string | null | undefined,
  instant: number,
  timeZone: string,
): readonly Window[] | null {
  const day = dayOf(instant, timeZone);
  const before = windowsOn(text, addDays(day, -1), timeZone)?.filter(({ to }) => to > instant) ?? [];
  const own = windowsOn(text, day, timeZone);
  return own === null ? null : [...before, ...own];
}

/** Whether one may come at an instant of the day of `windows`; null where nobody has said. */
export function opennessAt(windows: readonly Window[] | null | undefined, instant: number): Openness | null {
  if (windows == null) return null;
  const next = windows.find(({ to }) => instant < to);
  if (next === undefined) return { state: "closed", since: windows.at(-1)?.to ?? null };
  return instant < next.from ? { state: "opens", at: next.from } : { state: "open", until: next.to };
}

/** Whether nobody can be met any more on the day of `windows`: closed all day, or since before `instant`; no where nobody has said. */
export const isOver = (windows: readonly Window[] | null, instant: number): boolean =>
  windows?.every(({ to }) => to <= instant) ?? false;

/** What most are: five days from where the week of work begins, for who fills them in first. */
export function usualHours(weekStart: Weekday): OpeningHours {
  const first = weekStart === 6 ? 6 : 1;
  return Array.from({ length: 7 }, (_, day) => ((day - first + 7) % 7 < 5 ? [{ from: 8 * 60, to: 17 * 60 }] : []));
}

/** Days with the same hours, as somebody changes them: wherever in the week they are. */
export type HoursRow = HoursGroup;

/** The hours of a week as rows to be changed. */
export function editable(hours: OpeningHours): readonly HoursRow[] {
  const rows: HoursRow[] = [];
  for (const { days, spans } of groupsOf(hours)) {
    const same = rows.findIndex((row) => isSame(row.spans, spans));
    if (same === -1) rows.push({ days, spans });
    else rows[same] = { days: [...(rows[same]?.days ?? []), ...days], spans };
  }
  return rows;
}

export const hoursOfRows = (rows: readonly HoursRow[]): OpeningHours =>
  Array.from({ length: 7 }, (_, day) => rows.find(({ days }) => days.includes(day as Weekday))?.spans ?? []);

/** Opens or closes a day in one row; in the others it is not open then. */
export const toggleDay = (rows: readonly HoursRow[], at: number, day: Weekday): readonly HoursRow[] =>
  rows.map((row, index) => {
    const others = row.days.filter((one) => one !== day);
    return { ...row, days: index === at && others.length === row.days.length ? [...row.days, day] : others };
  });

/** One more row: what follows the open days (a Saturday, a Thursday) until the early afternoon. */
export function addGroup(rows: readonly HoursRow[]): readonly HoursRow[] {
  const taken = rows.flatMap(({ days }) => days);
  const week: readonly Weekday[] = [6, 4, 1, 2, 3, 5, 0];
  const day = week.find((one) => !taken.includes(one) && taken.includes(((one + 6) % 7) as Weekday));
  return [...rows, { days: day === undefined ? [] : [day], spans: [{ from: 9 * 60, to: 13 * 60 }] }];
}

/** The same hours with an hour's break in their middle. */
export function withBreak([span]: readonly Span[]): readonly Span[] {
  if (span === undefined) return [];
  const middle = Math.floor((span.from + span.to) / 120) * 60;
  return [
    { from: span.from, to: middle },
    { from: middle + 60, to: span.to },
  ];
}

/** The same hours with another time, a minute of the day: the last of them ends on the next day where it is no later than its beginning. */
export function withTime(spans: readonly Span[], at: number, side: keyof Span, minute: number): readonly Span[] {
  const time = side === "to" && minute === 0 ? DAY_MINUTES : minute;
  return spans.map((span, index) => {
    const { from, to }: Span = index === at ? { ...span, [side]: time } : span;
    if (index < spans.length - 1) return { from, to };
    const clock = to % DAY_MINUTES;
    return { from, to: clock > from ? clock : clock + DAY_MINUTES };
  });
}

/** Whether each time is later than the one before it, and the last before the first comes again; all begin on the day. */
export function isInOrder(spans: readonly Span[]): boolean {
  const times = spans.flatMap(({ from, to }) => [from, to]);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const isWithin = last <= DAY_MINUTES || last < first + DAY_MINUTES;
  const areOfTheDay = spans.every(({ from }) => from < DAY_MINUTES);
  return isWithin && areOfTheDay && times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0));
}

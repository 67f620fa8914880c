/**
 * When a customer may be visited, as one text in the notation of OpenStreetMap's `opening_hours` (schema.org's `openingHours` is a part
 * of it): `Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-13:00`. A day that is not named is closed; what
 * ends no later than it begins ends on the next day. Times are those of the customer's own
 * clock, which is the rep's who stands before the door.
 */
import { clockOf, minuteFrom } from "./clock";
import type { Weekday } from "./week";

/** Open from one minute of the day to another; 1440 is midnight, and what is later is of the next day. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is open on each day, by weekday (0 Sunday). */
export type OpeningHours = readonly (readonly Span[])[];

/** Days with the same hours; they follow each other, over the end of the week too. */
export interface HoursGroup {
  readonly days: readonly Weekday[];
  readonly spans: readonly Span[];
}

export const DAY_MINUTES = 24 * 60;
const CODES = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"] as const;
const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 0];

const codeOf = (day: Weekday): string => CODES[day] as string;
const minuteOfClock = (clock: string): number | null => (clock === "24:00" ? DAY_MINUTES : minuteFrom(clock));

/** Reads the hours; null where there are none, or none that can be read. */
export function hoursFromText(text: string | null | undefined): OpeningHours | null {
  if (!text) return null;
  const week: Span[][] = CODES.map(() => []);
  for (const rule of text.split(";")) {
    const [days, times, ...more] = rule.trim().split(" ");
    const spans = (times ?? "").split(",").map(spanFromText);
    const named = (days ?? "").split(",").map(daysFromText);
    if (more.length > 0 || !named.every((part) => part !== null) || !spans.every((span) => span !== null)) return null;
    for (const day of named.flat()) week[day] = spans.toSorted((a, b) => a.from - b.from);
  }
  return week;
}

function spanFromText(text: string): Span | null {
  const [from, to, ...more] = text.split("-").map(minuteOfClock);
  if (from == null || to == null || more.length > 0 || from === to || from === DAY_MINUTES) return null;
  return { from, to: to > from ? to : to + DAY_MINUTES };
}

function daysFromText(text: string): Weekday[] | null {
  const [first, last = first, ...more] = text.split("-").map((code) => WEEK.find((day) => codeOf(day) === code));
  if (first === undefined || last === undefined || more.length > 0) return null;
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, ahead) => ((first + ahead) % 7) as Weekday);
}

/** Writes the hours, the same way for the same hours; null where no day is open. */
export function textFromHours(hours: OpeningHours): string | null {
  const rules = groupsOf(hours).map(({ days, spans }) => {
    const [first, last] = [days[0] as Weekday, days.at(-1) as Weekday];
    const named = first === last ? codeOf(first) : `${codeOf(first)}-${codeOf(last)}`;
    return `${named} ${spans.map(({ from, to }) => `${clockOf(from)}-${clockOf(to > DAY_MINUTES ? to - DAY_MINUTES : to)}`).join(",")}`;
  });
  return rules.length === 0 ? null : rules.join("; ");
}

/** The open days of a week that begins after a closed one (Monday where none is closed), those with the same hours together. */
export function groupsOf(hours: OpeningHours): readonly HoursGroup[] {
  const isOpen = (day: number) => (hours[day % 7] ?? []).length > 0;
  const first = WEEK.find((day) => isOpen(day) && !isOpen(day + 6)) ?? 1;
  const groups: { days: Weekday[]; spans: readonly Span[] }[] = [];
  for (let ahead = 0; ahead < 7; ahead += 1) {
    const day = ((first + ahead) % 7) as Weekday;
    const spans = hours[day] ?? [];
    const last = groups.at(-1);
    if (spans.length === 0) continue;
    if (last !== undefined && last.days.at(-1) === (day + 6) % 7 && isSame(last.spans, spans)) last.days.push(day);
    else groups.push({ days: [day], spans });
  }
  return groups;
}

export const isSame = (some: readonly Span[], others: readonly Span[]): boolean =>
  some.length === others.length && some.every(({ from, to }, at) => from === others[at]?.from && to === others[at]?.to);

/** Holidays: on which days the customers of a person are closed, and in which of his countries. */
import { localDigits } from "#lib/i18n/digits";
import type { Locale } from "#lib/i18n/locales";
import type { Change } from "#lib/store/change";
import type { HolidayRow } from "#lib/store/queries/holiday";
import { SHARED_ROOT } from "$sync/schema.gen";
import { addDays } from "./day";

/** The holidays that concern somebody, by day. */
export type HolidaysByDay = ReadonlyMap<string, readonly HolidayRow[]>;

/** The closed days of these countries; days on which the organisation works all the same are none. */
export function holidaysOf(rows: readonly HolidayRow[], countries: ReadonlySet<string>): HolidaysByDay {
  const byDay = new Map<string, HolidayRow[]>();
  for (const row of rows) {
    if (row.working || (row.country !== null && !countries.has(row.country))) continue;
    const others = byDay.get(row.day);
    if (others === undefined) byDay.set(row.day, [row]);
    else others.push(row);
  }
  return byDay;
}

/** The name in the reader's language, or else in English, whose letters more people read than those of the country's own. */
export function holidayName({ name, nameIn }: Pick<HolidayRow, "name" | "nameIn">, locale: Locale): string {
  const known = [locale, "en"].find((language) => Object.hasOwn(nameIn, language));
  return localDigits((known === undefined ? undefined : nameIn[known]) ?? name, locale);
}

/** Tells whether it is a day of the organisation's own: one of a calendar has its names by language, and comes back when deleted. */
export const isOwnDay = ({ nameIn }: Pick<HolidayRow, "nameIn">): boolean => Object.keys(nameIn).length === 0;

/** Tells whether customers of a country are closed on a day; one whose country is not known where all of `countries` are. */
export function isClosed(
  byDay: HolidaysByDay,
  day: string,
  country: string | null,
  countries: ReadonlySet<string>,
): boolean {
  const closed = byDay.get(day) ?? [];
  if (closed.some((one) => one.country === null)) return true;
  const names = new Set(closed.map((one) => one.country));
  if (country !== null) return names.has(country);
  return countries.size > 0 && [...countries].every((one) => names.has(one));
}

/** The first of `days` on which somebody is open; the first of all where there is none. */
export const firstOpenDay = (
  days: readonly string[],
  byDay: HolidaysByDay,
  countries: ReadonlySet<string>,
): string | undefined => days.find((day) => !isClosed(byDay, day, null, countries)) ?? days[0];

/** Days of which the devices are asked: a month back, and as far as the calendars go. */
export const holidaySpan = (today: string): { readonly firstDay: string; readonly lastDay: string } => ({
  firstDay: addDays(today, -31),
  lastDay: addDays(today, 1100),
});

/** A day of the organisation's own. */
export const addHoliday = (
  id: string,
  { day, name, country }: { readonly day: string; readonly name: string; readonly country: string | null },
): Change[] => [
  { kind: "holiday", id, root: SHARED_ROOT, v: { day, name: name.trim(), ...(country === null ? {} : { country }) } },
];

/** Says that the organisation works on that day, or that it does not. */
export const setWorking = (id: string, working: boolean): Change[] => [
  { kind: "holiday", id, root: SHARED_ROOT, v: { working: working ? true : null } },
];

/** Takes a day away, or gives it back. */
export const removeHoliday = (id: string, deleted: true | null = true): Change[] => [
  { kind: "holiday", id, root: SHARED_ROOT, v: { deleted } },
];

/** Days as a person types them in his own calendar: `1360/5/12`, `12.03.1981`, in the digits of any of the five languages. */
import { CalendarDate, createCalendar, GregorianCalendar, parseDate, toCalendar } from "@internationalized/date";
import { asciiDigits } from "#lib/i18n/digits";
import type { Calendar } from "#lib/i18n/locales";

const SEPARATED = /^\s*(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})\D*$/;

/** Years that are plainly of the other calendar: nobody is visited, or was born, in those of one's own. */
const OF_THE_OTHER: Readonly<
  Record<Calendar, { readonly from: number; readonly to: number; readonly calendar: Calendar }>
> = {
  persian: { from: 1900, to: 2100, calendar: "gregory" },
  gregory: { from: 1300, to: 1500, calendar: "persian" },
};

function calendarOf(year: number, own: Calendar): Calendar {
  const { from, to, calendar } = OF_THE_OTHER[own];
  return year >= from && year <= to ? calendar : own;
}

/**
 * The ISO day that was typed, null where it is none. Year first, or year last where it has four digits; eight bare digits, as a
 * telephone's keypad has no others, begin with the year.
 */
export function dayFromTyped(text: string, calendar: Calendar): string | null {
  const ascii = asciiDigits(text.normalize("NFKC"));
  const parts = (/^\s*(\d{4})(\d{2})(\d{2})\s*$/.exec(ascii) ?? SEPARATED.exec(ascii))?.slice(1);
  if (parts === undefined) return null;
  const [first = "", month = "", last = ""] = parts;
  const [year, day] = first.length === 4 ? [first, last] : last.length === 4 ? [last, first] : ["", ""];
  if (year === "") return null;
  const read = createCalendar(calendarOf(Number(year), calendar));
  const typed = new CalendarDate(read, Number(year), Number(month), Number(day));
  // The calendar corrects the 31st of a month with 30 days; somebody who typed it meant something else.
  if (typed.month !== Number(month) || typed.day !== Number(day)) return null;
  return toCalendar(typed, new GregorianCalendar()).toString();
}

/** A day as it is typed: `1360/05/12` of the calendar; "" for none. */
export function typedFromDay(day: string | null, calendar: Calendar): string {
  if (day === null) return "";
  const shown = toCalendar(parseDate(day), createCalendar(calendar));
  return [String(shown.year), String(shown.month).padStart(2, "0"), String(shown.day).padStart(2, "0")].join("/");
}

/** Opening hours as a reader sees them, in his language and on his clock. */
import * as format from "./format";
import type { Locale, Reader } from "./locales";
import { groupsOf, hoursFromText, type Span } from "./opening-hours";
import type { Weekday } from "./week";

const TO: Readonly<Record<Locale, string>> = { en: "–", fa: " تا ", ru: "–", zh: "–", pl: "–" };

/** `Mon–Fri 8:00–17:00 · Sat 9:00–13:00`; a text that is no hours as it is. */
export function showHours(text: string, reader: Reader): string {
  const hours = hoursFromText(text);
  if (hours === null) return text;
  return groupsOf(hours)
    .map(({ days, spans }) => [showDays(days, reader), ...spans.map((span) => showSpan(span, reader))].join(" "))
    .map((group) => group.replaceAll(" ", "\u00a0"))
    .join(" · ");
}

/** `Mon–Fri`, `Sat`: days that follow each other. */
export function showDays(days: readonly Weekday[], reader: Reader): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "";
  const [from, to] = [weekdayName(first, reader), weekdayName(last, reader)];
  return first === last ? from : `${from}${TO[reader.locale]}${to}`;
}

/** The short name of a weekday. */
export const weekdayName = (day: Weekday, reader: Reader): string =>
  // A Sunday and the days after it.
  format.weekday(`2026-11-${String(1 + day).padStart(2, "0")}`, reader);

/** `8:00–17:00`, minutes of the day. */
export const showSpan = ({ from, to }: Span, reader: Reader): string =>
  `${showClock(from, reader)}${TO[reader.locale]}${showClock(to, reader)}`;

/** `2:00` of minute 120, and of 1560 on the next day. */
export function showClock(minute: number, { locale, calendar }: Reader): string {
  return format.time(minute * 60_000, { locale, calendar, timeZone: "UTC" });
}

import { dateFormat, listFormat, numberFormat, relativeFormat } from "./formatters";
import { initials } from "./initials";
import { type Reader, tagOf } from "./locales";
import { sayPersian } from "./persian-calendar";

export { initials };

/** A calendar day as `YYYY-MM-DD`, or an instant as UTC milliseconds. */
export type DayOrInstant = string | number;

const DAY_MS = 86_400_000;
const COMMA: Readonly<Record<Reader["locale"], string>> = { en: ", ", fa: "، ", ru: ", ", zh: "，", pl: ", " };

const dates = (reader: Reader, options: Intl.DateTimeFormatOptions, timeZone = reader.timeZone): Intl.DateTimeFormat =>
  dateFormat(tagOf(reader), { ...options, timeZone });

const numbers = (reader: Reader, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  numberFormat(tagOf(reader), options);

/** A day has no time zone: it is formatted as noon in UTC, an instant in the reader's zone. */
function formatDate(value: DayOrInstant, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  const [instant, timeZone] =
    typeof value === "number" ? [value, reader.timeZone] : [Date.parse(`${value}T12:00:00Z`), "UTC"];
  const format = dates(reader, options, timeZone);
  if (reader.calendar === "gregory" || reader.locale === "fa") return format.format(instant);
  const month = Number(dateFormat("en-u-ca-persian-nu-latn", { month: "numeric", timeZone }).format(instant));
  return sayPersian(format.formatToParts(instant), reader.locale, month);
}

/** `14 Nov`; with the year when it is asked for. */
export function day(value: DayOrInstant, reader: Reader, options: { year?: boolean } = {}): string {
  const month = reader.calendar === "persian" && reader.locale === "fa" ? "long" : "short";
  return formatDate(value, reader, {
    day: "numeric",
    month,
    ...(options.year === true ? { year: "numeric" } : {}),
  }).replace(/(\sг)?\.$/, "");
}

/** `14 Nov`; with the year where it is another one than that of `now`, by the reader's calendar. */
export const yearlyDay = (value: DayOrInstant, now: DayOrInstant, reader: Reader): string =>
  day(value, reader, { year: isOtherYear(value, now, reader) });

/** `14 Nov, 8:40`; with the year as `yearlyDay`. */
export const yearlyMoment = (instant: number, now: DayOrInstant, reader: Reader): string =>
  moment(instant, reader, { year: isOtherYear(instant, now, reader) });

function isOtherYear(value: DayOrInstant, now: DayOrInstant, reader: Reader): boolean {
  const [its, ours] = [value, now].map((one) => formatDate(one, reader, { year: "numeric" }));
  return its !== ours;
}

/** `Saturday 21 November`, in the order the language puts it. */
export function dayLong(value: DayOrInstant, reader: Reader): string {
  if (reader.locale === "fa") {
    // ICU puts the Persian year and weekday in an order nobody writes; a Persian reads weekday, day, month, year.
    const part = (options: Intl.DateTimeFormatOptions) => formatDate(value, reader, options);
    return `${part({ weekday: "long" })} ${part({ day: "numeric" })} ${part({ month: "long" })}`;
  }
  return formatDate(value, reader, { weekday: "long", day: "numeric", month: "long" });
}

/** `Sat` */
export const weekday = (value: DayOrInstant, reader: Reader): string => formatDate(value, reader, { weekday: "short" });

/** `Sat` for the head of a calendar's column; Persian and Chinese have one letter for it. */
export const weekdayInColumn = (value: DayOrInstant, reader: Reader): string =>
  formatDate(value, reader, { weekday: reader.locale === "fa" || reader.locale === "zh" ? "narrow" : "short" });

/** `November 2026` */
export const monthName = (value: DayOrInstant, reader: Reader): string => formatDate(value, reader, { month: "long" });

export function month(value: DayOrInstant, reader: Reader): string {
  if (reader.locale === "fa") {
    const part = (options: Intl.DateTimeFormatOptions) => formatDate(value, reader, options);
    return `${part({ month: "long" })} ${part({ year: "numeric" }).replace(/[^\d۰-۹]/g, "")}`;
  }
  return formatDate(value, reader, { month: "long", year: "numeric" });
}

/** `8:40`, always of 24 hours: a route is read at a glance. */
export function time(instant: number, reader: Reader): string {
  const parts = dates(reader, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).formatToParts(instant);
  return parts.map((part) => (part.type === "hour" ? part.value.replace(/^[0۰](?=.)/, "") : part.value)).join("");
}

/** `14 Nov, 8:40` */
export const moment = (instant: number, reader: Reader, options: { year?: boolean } = {}): string =>
  [day(instant, reader, options), time(instant, reader)].join(COMMA[reader.locale]);

/** The calendar day on which an instant falls in the reader's time zone, as `YYYY-MM-DD`. */
export function dayOf(instant: number, timeZone: string): string {
  return dateFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

/** Whole days from one calendar day to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** `38 days ago`, `yesterday`, `today`, `in 3 days` */
export function relativeDay(value: string, today: string, reader: Reader): string {
  return relativeFormat(tagOf(reader), { numeric: "auto" }).format(daysBetween(today, value), "day");
}

/** `38 d`: for the narrow column of a list. */
export const days = (count: number, reader: Reader): string =>
  unit(count, "day", "narrow", reader, { en: `${count} d` });

/** `34 min`, `1 h 18 min`; under a minute counts as one. */
export function duration(milliseconds: number, reader: Reader): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const shown = [];
  if (hours > 0) shown.push(unit(hours, "hour", "short", reader, { en: `${hours} h` }));
  if (rest > 0 || hours === 0) shown.push(unit(rest, "minute", "short", reader, { en: `${rest} min` }));
  return shown.join(reader.locale === "zh" ? "" : " ");
}

/** `0:42`, `1:03:20`: how long a recording runs, as players show it. */
export function playing(milliseconds: number, reader: Reader): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const digits = { minimumIntegerDigits: 2, useGrouping: false };
  const hours = Math.floor(seconds / 3_600);
  const minutes = number(Math.floor(seconds / 60) % 60, reader, hours > 0 ? digits : {});
  const rest = number(seconds % 60, reader, digits);
  return hours > 0 ? `${number(hours, reader)}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

/** The greatest unit that a stretch of time fills, and how often; under a minute counts as one. */
function greatest(milliseconds: number): readonly [number, "minute" | "hour" | "day"] {
  const minutes = Math.max(1, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return [minutes, "minute"];
  return minutes < 48 * 60 ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / (24 * 60)), "day"];
}

/** `38 min`, `5 h`, `12 days`: how long something has lasted, at a glance. */
export function age(milliseconds: number, reader: Reader): string {
  const [count, name] = greatest(milliseconds);
  const own = { minute: `${count} min`, hour: `${count} h` };
  return unit(count, name, "short", reader, name === "day" ? {} : { en: own[name] });
}

/** `38 minutes ago`, `5 hours ago`, `12 days ago` */
export function ago(milliseconds: number, reader: Reader): string {
  const [count, name] = greatest(milliseconds);
  return relativeFormat(tagOf(reader)).format(-count, name);
}

export const number = (value: number, reader: Reader, options: Intl.NumberFormatOptions = {}): string =>
  numbers(reader, { maximumFractionDigits: 2, ...options }).format(value);

/** `31 %` of 0.31 */
export const percent = (fraction: number, reader: Reader, digits = 0): string =>
  numbers(reader, { style: "percent", maximumFractionDigits: digits }).format(fraction);

/** `+12 %` of 0.12: a change, so the sign is always there. */
export const change = (fraction: number, reader: Reader): string =>
  numbers(reader, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" })
    .format(fraction)
    .replace("-", "−");

/** How many minor units make a major one, as a power of ten. Fixed here: ICU and ISO 4217 differ and change. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...{ BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3 },
  ...{ CLP: 0, IRR: 0, ISK: 0, JPY: 0, KRW: 0, VND: 0 },
};

export const minorDigits = (currency: string): number => MINOR_DIGITS[currency] ?? 2;

/** What a Persian calls a currency in a shop; ICU adds the country to each. */
const PERSIAN_MONEY: Readonly<Record<string, string>> = {
  ...{ CNY: "یوان", EUR: "یورو", GBP: "پوند", IRR: "ریال", PLN: "زلوتی", RUB: "روبل", USD: "دلار" },
};

export interface MoneyOptions {
  /** `€412K`: for a tile or an axis. */
  readonly compact?: boolean;
}

/** Minor units in the reader's writing; the fraction is left out when there is none. */
export function money(minor: number, currency: string, reader: Reader, options: MoneyOptions = {}): string {
  const digits = minorDigits(currency);
  const value = minor / 10 ** digits;
  const shape: Intl.NumberFormatOptions = options.compact
    ? { notation: "compact", maximumFractionDigits: Math.abs(value) < 1000 ? 0 : 1 }
    : { minimumFractionDigits: digits, maximumFractionDigits: digits, trailingZeroDisplay: "stripIfInteger" };
  // Persian writes the name of the money after the sum; the two stay on one line.
  if (reader.locale === "fa") {
    const name = PERSIAN_MONEY[currency];
    if (name !== undefined) return `${numbers(reader, shape).format(value)}\u00a0${name}`;
    return numbers(reader, { ...shape, style: "currency", currency, currencyDisplay: "name" }).format(value);
  }
  return numbers(reader, { ...shape, style: "currency", currency, currencyDisplay: "narrowSymbol" })
    .format(value)
    .replace("-", "−");
}

/** `zł`: the sign of a money by itself; in Persian its name. */
export function moneySign(currency: string, reader: Reader): string {
  const [named, display] =
    reader.locale === "fa" ? ([PERSIAN_MONEY[currency], "name"] as const) : ([undefined, "narrowSymbol"] as const);
  const parts = numbers(reader, { style: "currency", currency, currencyDisplay: display }).formatToParts(0);
  return named ?? parts.find(({ type }) => type === "currency")?.value ?? currency;
}

/** `€112,800 + zł 99,000`: sums in several moneys, none of which may be left out. */
export const sums = (
  moneys: readonly { readonly amount: number; readonly currency: string }[],
  reader: Reader,
  options: MoneyOptions = {},
): string => moneys.map(({ amount, currency }) => money(amount, currency, reader, options)).join(" + ");

/** `350 m`, `2.1 km`, `31 km` */
export function distance(metres: number, reader: Reader): string {
  if (metres < 950) return unit(Math.round(metres / 10) * 10, "meter", "short", reader);
  return unit(metres / 1000, "kilometer", "short", reader, {}, { maximumFractionDigits: metres < 9950 ? 1 : 0 });
}

/** `38 MB`, in steps of a thousand as the system shows them. */
export function bytes(count: number, reader: Reader): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const step = Math.min(units.length - 1, count < 1000 ? 0 : Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** step;
  // Only the long name is Persian in ICU.
  return unit(
    value,
    units[step] ?? "byte",
    reader.locale === "fa" ? "long" : "short",
    reader,
    {},
    { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 },
  );
}

/** `Ewa, Marek and Anna` */
export const list = (items: readonly string[], reader: Reader): string => listFormat(tagOf(reader)).format(items);

/** Text of its own direction, such as an order's number, that must not turn what stands around it. */
export const isolated = (text: string): string => `\u2068${text}\u2069`;

/** `ul. Długa 14 · 2.1 km`: the parts that are there. Each by itself: an address in another script must not tear a number from its unit. */
export const dotted = (parts: readonly (string | null | undefined | false)[]): string =>
  parts.flatMap((part) => (part ? [isolated(part)] : [])).join(" · ");

/** `ul. Długa 14, Kraków`: the parts that are there, with the comma of the language. */
export const address = (parts: readonly (string | null | undefined)[], reader: Reader): string =>
  parts.filter((part) => part).join(COMMA[reader.locale]);

function unit(
  value: number,
  name: string,
  display: "short" | "narrow" | "long",
  reader: Reader,
  own: Partial<Record<Reader["locale"], string>> = {},
  options: Intl.NumberFormatOptions = {},
): string {
  const said = own[reader.locale];
  if (said !== undefined) return said;
  return numbers(reader, { style: "unit", unit: name, unitDisplay: display, maximumFractionDigits: 0, ...options })
    .format(value)
    .replace(/([۰-۹])(?=\p{L})/u, "$1 "); // ICU forgets the space before the Persian metre
}

/** How long to wait: `40 sec`, `12 min`. Short, so that it bears every case: a Russian second ends otherwise after “in”. */
export function showWait(seconds: number, reader: Reader): string {
  if (seconds >= 90) return duration(seconds * 1000, reader);
  return number(Math.max(1, Math.ceil(seconds)), reader, { style: "unit", unit: "second", unitDisplay: "short" });
}

/** The door of this folder: `m` for words, `fmt` for values, `reader` for who reads. */
import { byName } from "./collation";
import { localDigits } from "./digits";
import * as format from "./format";
import { reader } from "./locale.svelte";

export * from "./locales";
export { m } from "./words.svelte";
export { reader };

/** The formatters of `format.ts` for the reader of this device; they follow a change of language in a template. */
export const fmt = {
  day: (value: format.DayOrInstant, options?: { year?: boolean }) => format.day(value, reader, options),
  yearlyDay: (value: format.DayOrInstant, now: format.DayOrInstant) => format.yearlyDay(value, now, reader),
  yearlyMoment: (instant: number, now: format.DayOrInstant) => format.yearlyMoment(instant, now, reader),
  dayLong: (value: format.DayOrInstant) => format.dayLong(value, reader),
  weekday: (value: format.DayOrInstant) => format.weekday(value, reader),
  weekdayInColumn: (value: format.DayOrInstant) => format.weekdayInColumn(value, reader),
  monthName: (value: format.DayOrInstant) => format.monthName(value, reader),
  month: (value: format.DayOrInstant) => format.month(value, reader),
  time: (instant: number) => format.time(instant, reader),
  moment: (instant: number, options?: { year?: boolean }) => format.moment(instant, reader, options),
  dayOf: (instant: number) => format.dayOf(instant, reader.timeZone),
  relativeDay: (value: string, today: string) => format.relativeDay(value, today, reader),
  days: (count: number) => format.days(count, reader),
  duration: (milliseconds: number) => format.duration(milliseconds, reader),
  playing: (milliseconds: number) => format.playing(milliseconds, reader),
  age: (milliseconds: number) => format.age(milliseconds, reader),
  ago: (milliseconds: number) => format.ago(milliseconds, reader),
  number: (value: number, options?: Intl.NumberFormatOptions) => format.number(value, reader, options),
  percent: (fraction: number, digits?: number) => format.percent(fraction, reader, digits),
  change: (fraction: number) => format.change(fraction, reader),
  money: (minor: number, currency: string, options?: format.MoneyOptions) =>
    format.money(minor, currency, reader, options),
  moneySign: (currency: string) => format.moneySign(currency, reader),
  sums: (moneys: Parameters<typeof format.sums>[0], options?: format.MoneyOptions) =>
    format.sums(moneys, reader, options),
  distance: (metres: number) => format.distance(metres, reader),
  bytes: (count: number) => format.bytes(count, reader),
  list: (items: readonly string[]) => format.list(items, reader),
  digits: (text: string) => localDigits(text, reader.locale),
  byName: <R extends { readonly name: string }>(rows: readonly R[]) => byName(rows, reader),
  isolated: format.isolated,
  dotted: (...parts: Parameters<typeof format.dotted>[0]) => format.dotted(parts),
  address: (...parts: readonly (string | null | undefined)[]) => format.address(parts, reader),
  initials: format.initials,
} as const;

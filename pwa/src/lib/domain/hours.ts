/** When a person wants to be rung, as the `setting` records of his own say; the server reads the same ones (docs/reminders.md). */
import { clockOf, minuteFrom } from "#lib/i18n/clock";
import { dayOf } from "#lib/i18n/format";
import type { Change } from "#lib/store/change";
import { addDays, instantAt, minuteOf } from "./day";
import { settingId } from "./setting";

/** From and to are minutes of the day; equal where there are none. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

export const USUAL_QUIET_HOURS: QuietHours = { from: 21 * 60, to: 7 * 60 };
export const USUAL_MORNING_HOUR = 9;

/** The names of the settings. */
export type HourSetting = "quiet_hours" | "morning_hour";

/** Reads the setting; the usual where it says nothing that can be read. */
export function quietHoursFrom(value: unknown): QuietHours {
  const { from, to } = (typeof value === "object" && value !== null ? value : {}) as { from?: unknown; to?: unknown };
  const [start, end] = [minuteFrom(from), minuteFrom(to)];
  return start === null || end === null ? USUAL_QUIET_HOURS : { from: start, to: end };
}

export const morningHourFrom = (value: unknown): number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 23 ? value : USUAL_MORNING_HOUR;

/** When a reminder of `instant` rings: itself, or the end of the quiet hours that it falls into by the clock of `timeZone`. */
export function ringsAt(instant: number, { from, to }: QuietHours, timeZone: string): number {
  const minute = minuteOf(instant, timeZone);
  const isQuiet = from < to ? minute >= from && minute < to : from > to && (minute >= from || minute < to);
  if (!isQuiet) return instant;
  const day = dayOf(instant, timeZone);
  const ends = from > to && minute >= from ? addDays(day, 1) : day;
  return Math.max(instant, instantAt(ends, Math.floor(to / 60), timeZone, to % 60));
}

/** Saves a choice of the person; `standing` is the record's id where there is one. */
export function setHours(
  person: string,
  name: HourSetting,
  standing: string | null,
  value: QuietHours | number,
): Change[] {
  const json = typeof value === "number" ? value : { from: clockOf(value.from), to: clockOf(value.to) };
  return [{ kind: "setting", id: standing ?? settingId(person, name), root: person, v: { name, value: json } }];
}

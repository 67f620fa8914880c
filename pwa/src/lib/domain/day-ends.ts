/** Where a person's day begins and ends (at home, at the office), as the `setting` records of his own say; nobody else reads them. */
import type { Change } from "#lib/store/change";
import type { Point } from "./place";
import { settingId } from "./setting";

/** The names of the settings. */
export type DayEnd = "day_start" | "day_end";

/** Both ends of a day; null where nobody has said, and anywhere will do. */
export interface DayEnds {
  readonly start: Point | null;
  readonly end: Point | null;
}

export const NO_ENDS: DayEnds = { start: null, end: null };

const isWithin = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= most;

/** Reads the setting; null where it says nothing that can be read. */
export function dayEndFrom(value: unknown): Point | null {
  const { latitude, longitude } = (typeof value === "object" && value !== null ? value : {}) as Partial<Point>;
  return isWithin(latitude, 90_000_000) && isWithin(longitude, 180_000_000) ? { latitude, longitude } : null;
}

/** Saves where the day begins or ends, null for anywhere; `standing` is the record's id where there is one. */
export function setDayEnd(person: string, name: DayEnd, standing: string | null, point: Point | null): Change[] {
  const value = point === null ? null : { latitude: point.latitude, longitude: point.longitude };
  return [{ kind: "setting", id: standing ?? settingId(person, name), root: person, v: { name, value } }];
}

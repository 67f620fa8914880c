/** The end of a visit that nobody made when he left, as its rep says afterwards. */

import { dayOf } from "#lib/i18n/format";
import type { Change } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import { addDays, instantAt } from "./day";
import type { VisitKey } from "./visit";

const MINUTE_MS = 60_000;
/** No visit that is made by day lasts until the next morning. */
const LONGEST_VISIT_MS = 12 * 3_600_000;

/**
 * When a visit that began at `began` was left, by a minute of the day: on the same day, or on the next where it passed midnight. Null for
 * a minute before the check-in, or one that has not come.
 */
export function leftAt(began: number, minute: number, now: number, timeZone: string): number | null {
  const day = dayOf(began, timeZone);
  const on = (one: string) => instantAt(one, Math.floor(minute / 60), timeZone, minute % 60);
  const sameDay = on(day);
  const left = sameDay + MINUTE_MS > began ? Math.max(sameDay, began) : on(addDays(day, 1));
  return left <= now && left - began <= LONGEST_VISIT_MS ? left : null;
}

/** The visit ended then: no estimate any more. */
export const setEnd = ({ id, root }: VisitKey, at: number): Change[] => [
  { kind: "visit", id, root, v: { checked_out_at: at, check_out_estimated: null } },
];

/** Back from `setEnd`, given the visit as it was before. */
export const setEndBack = (before: Visible<"visit">): Change[] => {
  const { id, root, checked_out_at = null, check_out_estimated = null } = before;
  return [{ kind: "visit", id, root, v: { checked_out_at, check_out_estimated } }];
};

/** Call cycles: how often a customer is to be visited, by his value class, as the organisation's setting says. */
import type { Change } from "#lib/store/change";
import { CUSTOMER_VALUE_CLASS_CHOICES, type CustomerValueClass, SHARED_ROOT } from "$sync/schema.gen";
import { settingId } from "./setting";

/** Days between two visits, for each value class. */
export type CallCycles = Readonly<Record<CustomerValueClass, number>>;

export const CALL_CYCLES_SETTING = "call_cycles";
export const USUAL_CALL_CYCLES: CallCycles = { vip: 14, main: 21, regular: 30, small: 60 };
/** For a customer of whom no class is known. */
const UNCLASSED_DAYS = 30;
export const MAX_CYCLE_DAYS = 730;

const isCycle = (days: unknown): days is number =>
  typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= MAX_CYCLE_DAYS;

/** Reads the setting; the usual days where it says nothing that can be read. */
export function callCyclesFrom(value: unknown): CallCycles {
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<Record<string, unknown>>;
  const days = (of: CustomerValueClass) => (isCycle(given[of]) ? given[of] : USUAL_CALL_CYCLES[of]);
  return { vip: days("vip"), main: days("main"), regular: days("regular"), small: days("small") };
}

export const cycleOf = (valueClass: CustomerValueClass | null, cycles: CallCycles): number =>
  valueClass === null ? UNCLASSED_DAYS : cycles[valueClass];

/** Saves the cycles with one of them changed; null where the days are no whole number from 1 to `MAX_CYCLE_DAYS`. */
export function setCycle(
  cycles: CallCycles,
  of: CustomerValueClass,
  days: number,
  standing: string | null,
): Change[] | null {
  if (!isCycle(days)) return null;
  const value = Object.fromEntries(CUSTOMER_VALUE_CLASS_CHOICES.map((one) => [one, one === of ? days : cycles[one]]));
  const id = standing ?? settingId(SHARED_ROOT, CALL_CYCLES_SETTING);
  return [{ kind: "setting", id, root: SHARED_ROOT, v: { name: CALL_CYCLES_SETTING, value } }];
}

/** Calls: what is written down when the telephone has been put away. Every function is a value of its arguments. */
import type { Change } from "#lib/store/change";
import type { CallResult } from "$sync/schema.gen";
import { createTask, type When } from "./task";

/** A call that was begun from the app: whom the person rang up, and when. */
export interface BegunCall {
  readonly customer: string;
  readonly name: string;
  /** The contact whose number it was, null for the customer's own. */
  readonly contact: string | null;
  /** UTC milliseconds. */
  readonly at: number;
}

/** A call begun longer ago than this is not asked about any more. */
export const ASKED_FOR_MS = 4 * 3_600_000;

/** What was kept of a call, read again after the phone closed the app meanwhile; null where there is nothing to ask about. */
export function begunCallOf(kept: string | null, now: number): BegunCall | null {
  if (kept === null) return null;
  let found: Partial<Record<keyof BegunCall, unknown>> | null;
  try {
    found = JSON.parse(kept);
  } catch {
    return null;
  }
  if (found === null || typeof found !== "object") return null;
  const { customer, name, contact, at } = found;
  if (typeof customer !== "string" || typeof name !== "string" || typeof at !== "number") return null;
  if (at > now || now - at > ASKED_FOR_MS) return null;
  return { customer, name, contact: typeof contact === "string" ? contact : null, at };
}

/** The reminder that a promise to call back makes. */
export interface CallBack {
  readonly id: string;
  readonly title: string;
  readonly when: When;
}

/** The call with its result, and with the task that keeps a promise to call back: one group, all or nothing. */
export function logCall(
  id: string,
  person: string,
  call: BegunCall,
  result: CallResult,
  back: CallBack | null = null,
): Change[] {
  const { customer, contact, at } = call;
  const v = { customer, person, called_at: at, result, ...(contact === null ? {} : { contact }) };
  const made: Change[] = [{ kind: "call", id, root: customer, v }];
  if (back === null) return made;
  return [...made, ...createTask({ ...back, type: "call", person, customer })];
}

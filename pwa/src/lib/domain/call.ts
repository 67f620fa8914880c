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

/** Pressed again within this, the same number is the same call. */
const AGAIN_MS = 60_000;
/** No more wait for their result: the oldest is let go. */
const MOST_WAITING = 20;

/** The calls that wait for their result, the newest first, with one more that is begun. */
export const withBegun = (waiting: readonly BegunCall[], call: BegunCall): readonly BegunCall[] =>
  [call, ...waiting.filter((one) => !isAgain(one, call))].slice(0, MOST_WAITING);

const isAgain = (one: BegunCall, call: BegunCall): boolean =>
  one.customer === call.customer && one.contact === call.contact && call.at - one.at < AGAIN_MS;

/** What was kept of a call: whatever somebody else, or an older app, may have written there. */
type Kept = Partial<Record<keyof BegunCall, unknown>> | null;

/** What was kept of calls, read again after the phone closed the app meanwhile: those to ask about. Older apps kept one alone. */
export function begunCallsOf(kept: string | null, now: number): readonly BegunCall[] {
  if (kept === null) return [];
  let found: Kept | readonly Kept[];
  try {
    found = JSON.parse(kept);
  } catch {
    return [];
  }
  return [found].flat().flatMap((one) => begunCallOf(one, now) ?? []);
}

function begunCallOf(found: Kept, now: number): BegunCall | null {
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

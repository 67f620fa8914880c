/**
 * The joins (SPEC R10-R16): how two states of one field become one. Pure, commutative, associative, idempotent.
 *
 * Shapes (all JSON):
 * register  value with a stamp beside it; the greater stamp wins, the greater device number on a tie (part of the stamp)
 * set       {element: [adds, removes]}, each a sorted list of stamps, at most one (the greatest) for each device
 * counter   {device: [plus, minus]}, totals that one device alone raises; device as 4 base-32 digits
 * log       {stamp: text}, insert-only
 * text      as register, until the server merges by words (SPEC R16)
 */
import { DEVICE_WIDTH, isSameDevice } from "./clock.ts";
import { own, setOwn } from "./own.ts";
import type { Join } from "./schema.gen.ts";
import { compareText } from "./text_order.ts";

export type { Join };

/** A value as the wire carries it; numbers are whole and within ±(2^53 - 1). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** Stamps of a set's element: adds, removes. */
export type SetTags = readonly [adds: readonly string[], removes: readonly string[]];
export type SetState = { readonly [element: string]: SetTags };
export type CounterState = { readonly [device: string]: readonly [plus: number, minus: number] };
export type LogState = { readonly [stamp: string]: string };

/** Tells whether the join's stamp stands in the record's packed stamps; the others carry their stamps inside. */
export function isStamped(join: Join): boolean {
  return join === "register" || join === "text";
}

/** Tells whether two values are the same on the wire. */
export function isSame(value: Json, other: Json): boolean {
  if (value === other) return true;
  if (typeof value !== "object" || typeof other !== "object") return false;
  return canonical(value) === canonical(other);
}

/**
 * Tells whether the first of two registers stands: it has the greater stamp (SPEC R10).
 * Equal stamps mean the same edit; should a faulty device reuse one, the greater canonical text wins everywhere.
 */
export function registerStands(value: Json, stamp: string, other: Json, otherStamp: string): boolean {
  return stamp === otherStamp ? compareText(canonical(value), canonical(other)) >= 0 : stamp > otherStamp;
}

/** Returns the value with the greater stamp and that stamp (SPEC R10). */
export function joinRegisters(value: Json, stamp: string, other: Json, otherStamp: string): [Json, string] {
  return registerStands(value, stamp, other, otherStamp) ? [value, stamp] : [other, otherStamp];
}

function joinTags(tags: readonly string[], others: readonly string[]): readonly string[] {
  // Nearly every element was added once by one device: those lists are in order already.
  if (others.length === 0 && tags.length <= 1) return tags;
  if (tags.length === 0 && others.length === 1) return others;
  const newest: { [device: string]: string } = {};
  for (const tag of tags) keepNewest(newest, tag);
  for (const tag of others) keepNewest(newest, tag);
  return Object.values(newest).sort();
}

function keepNewest(newest: { [device: string]: string }, tag: string): void {
  const device = tag.slice(-DEVICE_WIDTH);
  if (tag > (newest[device] ?? "")) newest[device] = tag;
}

const NO_TAGS: SetTags = [[], []];

/** Returns the join of two sets with observed removes: a concurrent add survives (SPEC R11). */
export function joinSets(state: SetState, other: SetState): SetState {
  const joined = { ...state };
  for (const [element, [adds, removes]] of Object.entries(other)) {
    const mine = own(state, element) ?? NO_TAGS;
    setOwn(joined, element, [joinTags(mine[0], adds), joinTags(mine[1], removes)]);
  }
  return joined;
}

function isPresent([adds, removes]: SetTags): boolean {
  return adds.some((tag) => !removes.some((removed) => removed >= tag && isSameDevice(removed, tag)));
}

/** Returns the elements in the set, ordered by code point: those with an add above its device's remove (SPEC R12). */
export function elements(state: SetState): string[] {
  const present: string[] = [];
  for (const [element, tags] of Object.entries(state)) if (isPresent(tags)) present.push(element);
  return present.sort(compareText);
}

/** Returns the change that adds `element`. */
export function addToSet(element: string, stamp: string): SetState {
  const change: { [element: string]: SetTags } = {};
  setOwn(change, element, [[stamp], []]);
  return change;
}

/** Returns the change that removes `element` as far as `state` has seen it added; {} if it never was. */
export function removeFromSet(state: SetState, element: string): SetState {
  const change: { [element: string]: SetTags } = {};
  const tags = own(state, element);
  if (tags) setOwn(change, element, [[], tags[0]]);
  return change;
}

/**
 * Returns the stamp that the next one inside a field must exceed, "" for none: in a set the greatest of the writing device's own, below
 * which an add would lie under a removal of before; in a log the last entry's (SPEC R3).
 */
export function floorInside(join: Join, state: Json, device: string): string {
  const isOwn = (stamp: string) => stamp.endsWith(device);
  const stamps =
    join === "set"
      ? Object.values(state as SetState).flatMap(([adds, removes]) => [...adds, ...removes].filter(isOwn))
      : join === "log"
        ? Object.keys(state as LogState)
        : [];
  return stamps.toSorted().at(-1) ?? "";
}

/** Returns the join of two counters: the greater total of each device and direction (SPEC R13). */
export function joinCounters(state: CounterState, other: CounterState): CounterState {
  const joined = { ...state };
  for (const [device, [plus, minus]] of Object.entries(other)) {
    const mine = own(state, device);
    setOwn(joined, device, [Math.max(mine?.[0] ?? 0, plus), Math.max(mine?.[1] ?? 0, minus)]);
  }
  return joined;
}

/** Returns the counter's value: all pluses less all minuses. */
export function total(state: CounterState): number {
  let sum = 0;
  for (const [plus, minus] of Object.values(state)) sum += plus - minus;
  return sum;
}

/** Returns the change that adds `amount` (may be negative) on `device` (4 base-32 digits). */
export function addToCounter(state: CounterState, device: string, amount: number): CounterState {
  const [plus, minus] = own(state, device) ?? [0, 0];
  return { [device]: amount >= 0 ? [plus + amount, minus] : [plus, minus - amount] };
}

/** Returns the union of two logs; the greater text by UTF-8 bytes where a faulty device reused a stamp (SPEC R14). */
export function joinLogs(state: LogState, other: LogState): LogState {
  const joined = { ...state };
  for (const [stamp, text] of Object.entries(other)) {
    const mine = own(state, stamp);
    if (mine === undefined || compareText(text, mine) > 0) setOwn(joined, stamp, text);
  }
  return joined;
}

/** Returns the join of two states of a set, counter or log; null stands for never written. */
export function joinStates(join: Join, state: Json, other: Json): Json {
  const mine = state ?? {};
  switch (join) {
    case "set":
      return joinSets(mine as SetState, other as SetState);
    case "counter":
      return joinCounters(mine as CounterState, other as CounterState);
    case "log":
      return joinLogs(mine as LogState, other as LogState);
    default:
      throw new TypeError(`a ${join} needs stamps`);
  }
}

/**
 * Returns text whose code point order is the same in every language (SPEC R15): a type letter, then the content.
 *
 * Integers are written signed with 17 digits, objects with their keys sorted by code point. Different values never
 * have the same text. TypeError for what does not go over the wire.
 */
export function canonical(value: Json): string {
  if (value === null) return "a";
  switch (typeof value) {
    case "boolean":
      return value ? "c" : "b";
    case "number":
      if (!Number.isSafeInteger(value)) break;
      return `d${value < 0 ? `-${String(-value).padStart(16, "0")}` : String(value).padStart(17, "0")}`;
    case "string":
      return canonicalText(value);
    case "object": {
      if (isList(value)) {
        let text = "f";
        for (const part of value) text += canonical(part);
        return `${text}\0`;
      }
      let text = "g";
      for (const key of Object.keys(value).sort(compareText))
        text += canonicalText(key) + canonical(value[key] as Json);
      return `${text}\0`;
    }
  }
  throw new TypeError(`${String(value)} does not go over the wire`);
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function canonicalText(text: string): string {
  // Without the two escapes a NUL inside a text would end it, and two values would share one canonical text.
  const inner =
    text.includes("\x00") || text.includes("\x01")
      ? text.replaceAll("\x01", "\x01\x02").replaceAll("\x00", "\x01\x01")
      : text;
  return `e${inner}\0`;
}

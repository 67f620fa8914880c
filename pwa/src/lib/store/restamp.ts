/**
 * Edits under another number of their device (SPEC R18): the server takes only stamps of that number, wherever in an edit they
 * stand, and only totals that the device counts under it.
 */
import { encode } from "$sync/base32.ts";
import { DEVICE_WIDTH } from "$sync/clock.ts";
import type { CounterState, Json, LogState, SetState } from "$sync/joins.ts";
import type { Edit } from "$sync/messages.ts";
import { joinOf, type Values } from "$sync/record.ts";
import { ENTITY_TYPES } from "$sync/schema.gen.ts";
import { isKind } from "./tables.ts";

/** What a device had counted by itself: pluses and minuses. */
export type Counted = readonly [plus: number, minus: number];

/** What each counter of an edit had stood at, under the device's number, before the edit; by field. */
export type CountedByField = { readonly [field: string]: Counted };

const NOTHING: Counted = [0, 0];

/** An edit to be stamped anew. */
export interface Stamped {
  readonly edit: Edit;
  /** Null where only the record knows. */
  readonly counted: CountedByField | null;
}

/** Tells whether an edit raises a counter. */
export const raisesCounter = ({ kind, v }: Edit): boolean =>
  isKind(kind) && Object.keys(v).some((field) => joinOf(ENTITY_TYPES[kind], field) === "counter");

/** Returns the totals that a record's counters stand at under a device's number, of the counters that an edit raises. */
export function countedBefore({ kind, v, at }: Edit, before: Values): CountedByField {
  const counted: { [field: string]: Counted } = {};
  const device = at.slice(-DEVICE_WIDTH);
  for (const field of Object.keys(v)) {
    if (isKind(kind) && joinOf(ENTITY_TYPES[kind], field) === "counter") {
      counted[field] = ((before[field] ?? {}) as CounterState)[device] ?? NOTHING;
    }
  }
  return counted;
}

/**
 * Returns the edits, in order, as `device` would have made them, and what was counted before them under its number. `confirmed` gives
 * the values that the server has of a record: a counter goes on from there, by as much as each edit had added.
 */
export function restamp(edits: readonly Stamped[], device: number, confirmed: (id: string) => Values): Stamped[] {
  const own = encode(device, DEVICE_WIDTH);
  const renamed = new Map(edits.map(({ edit: { at } }) => [at, at.slice(0, -DEVICE_WIDTH) + own]));
  const rename = (stamp: string) => renamed.get(stamp) ?? stamp;
  const counters = new Counters(own, confirmed);
  return edits.map(({ edit, counted }) => {
    const before =
      counted &&
      Object.fromEntries(Object.keys(counted).map((field) => [field, counters.stands(edit, field, counted)]));
    const v: { [field: string]: Json } = {};
    for (const [field, value] of Object.entries(edit.v)) {
      v[field] = isKind(edit.kind) ? renameInside(edit, field, value, counted?.[field] ?? null) : value;
    }
    const base = edit.base && { base: mapValues(edit.base, rename) };
    return { edit: { ...edit, v, at: rename(edit.at), ...base }, counted: before };
  });

  function renameInside(edit: Edit, field: string, value: Json, counted: Counted | null): Json {
    switch (isKind(edit.kind) ? joinOf(ENTITY_TYPES[edit.kind], field) : "register") {
      case "set":
        return mapValues(value as SetState, ([adds, removes]) => [adds.map(rename), removes.map(rename)]);
      case "log":
        return Object.fromEntries(Object.entries(value as LogState).map(([stamp, text]) => [rename(stamp), text]));
      case "counter":
        return counters.recount(edit, field, value as CounterState, counted);
      default:
        return value;
    }
  }
}

/** The counters of one restamping: what each stands at under the old number and under the new one. */
class Counters {
  readonly #old = new Map<string, Counted>();
  readonly #new = new Map<string, Counted>();

  constructor(
    private readonly own: string,
    private readonly confirmed: (id: string) => Values,
  ) {}

  /** What a counter stands at under the new number, before this edit; `counted`: the same under the number that the edit has. */
  stands({ id, at }: Edit, field: string, counted: CountedByField = {}): Counted {
    const [same, now] = [counted[field], this.#new.get(`${id} ${field}`)];
    if (same !== undefined && at.endsWith(this.own)) return same;
    return now ?? ((this.confirmed(id)[field] ?? {}) as CounterState)[this.own] ?? NOTHING;
  }

  recount(edit: Edit, field: string, state: CounterState, counted: Counted | null): CounterState {
    const { id, at } = edit;
    const old = at.slice(-DEVICE_WIDTH);
    const total = state[old];
    if (total === undefined || old === this.own) return state;
    const stands = (this.confirmed(id)[field] ?? {}) as CounterState;
    const [oldKey, newKey] = [`${id} ${field} ${old}`, `${id} ${field}`];
    const [plus, minus] = counted ?? this.#old.get(oldKey) ?? stands[old] ?? NOTHING;
    const [newPlus, newMinus] = this.stands(edit, field);
    // An edit sent twice is no step back.
    const next = [newPlus + Math.max(0, total[0] - plus), newMinus + Math.max(0, total[1] - minus)] as const;
    this.#old.set(oldKey, total);
    this.#new.set(newKey, next);
    return { [this.own]: next };
  }
}

function mapValues<T, R>(
  object: { readonly [key: string]: T },
  change: (value: T) => R,
): { readonly [key: string]: R } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

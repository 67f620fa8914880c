/** Record state (SPEC R20-R27): values with their stamps packed beside them, and the merge of an edit into it. */
import { isSameDevice } from "./clock.ts";
import { isSame, isStamped, type Join, type Json, joinStates, registerStands } from "./joins.ts";
import { own, setOwn } from "./own.ts";
import type { EntityType } from "./schema.gen.ts";
import { compareText } from "./text_order.ts";

export type Values = { readonly [field: string]: Json };
/** Fields by stamp, packed (SPEC R21). */
export type PackedStamps = { readonly [stamp: string]: readonly string[] };
/** One stamp of them with its fields. */
export type StampGroup = readonly [stamp: string, fields: readonly string[]];

/** A record's state: `v` values by field, `s` fields by stamp. */
export interface Doc {
  readonly v: Values;
  readonly s: PackedStamps;
}

/** What one edit did to one field. */
export interface Change {
  readonly field: string;
  /** null where the field had never been written, too: then `oldStamp` is ''. */
  readonly old: Json;
  /** '' where the field had never been written or carries its stamps inside. */
  readonly oldStamp: string;
  readonly new: Json;
  /** False where the edit came too late and the value that stood there stays. */
  readonly won: boolean;
  /** True where the edit's author had not seen the value that it met (SPEC R41). */
  readonly concurrent: boolean;
}

/** The outcome of merging one edit: the new state and what happened field by field. */
export interface Merge {
  readonly doc: Doc;
  readonly changes: readonly Change[];
}

/** Tells whether the state differs from the one before. */
export function isChanged(merge: Merge): boolean {
  return merge.changes.some((change) => change.won);
}

/** Returns the registers that two people changed without seeing each other. */
export function conflicts(merge: Merge): Change[] {
  return merge.changes.filter((change) => change.concurrent);
}

/** Returns the join of a field; a field that the kind does not declare is a register (SPEC R26). */
export function joinOf(entity: Pick<EntityType, "fields">, field: string): Join {
  return own(entity.fields, field)?.join ?? "register";
}

/** Returns the stamp of every stamped field present in `doc`, by field (SPEC R21). */
export function unpackStamps(doc: Doc): Map<string, string> {
  const stampByField = new Map<string, string>();
  let rest = "";
  for (const stamp in doc.s) {
    const fields = doc.s[stamp] as readonly string[];
    if (fields.length === 0) rest = stamp;
    else for (const field of fields) stampByField.set(field, stamp);
  }
  if (rest !== "") {
    for (const field of Object.keys(doc.v)) if (!stampByField.has(field)) stampByField.set(field, rest);
  }
  return stampByField;
}

/** Returns the stamp of one field present in `doc`, '' where it has none beside it (SPEC R21). */
export function stampOf(doc: Doc, field: string): string {
  let rest = "";
  for (const stamp in doc.s) {
    const fields = doc.s[stamp] as readonly string[];
    if (fields.includes(field)) return stamp;
    if (fields.length === 0) rest = stamp;
  }
  return rest;
}

/**
 * Returns fields by stamp, sorted; the largest group (the later one on a tie) is written as [] (SPEC R21).
 *
 * Fields that carry their stamps inside are not named; where the record has such fields, the [] group must not
 * claim them: `unpackStamps` may give them a stamp that nobody asks for.
 */
export function packStamps(stampByField: ReadonlyMap<string, string>): PackedStamps {
  const fieldsByStamp = new Map<string, string[]>();
  for (const [field, stamp] of stampByField) {
    const fields = fieldsByStamp.get(stamp);
    if (fields) fields.push(field);
    else fieldsByStamp.set(stamp, [field]);
  }
  let largest = "";
  let size = 0;
  for (const [stamp, fields] of fieldsByStamp) {
    if (fields.length > size || (fields.length === size && stamp > largest)) {
      largest = stamp;
      size = fields.length;
    }
  }
  const packed: { [stamp: string]: readonly string[] } = {};
  for (const stamp of [...fieldsByStamp.keys()].sort()) {
    packed[stamp] = stamp === largest ? [] : (fieldsByStamp.get(stamp) as string[]).sort(compareText);
  }
  return packed;
}

/** Leaves only what belongs into the packed stamps: fields whose stamp stands beside them. */
function keepStamped(entity: Pick<EntityType, "fields">, stampByField: Map<string, string>): Map<string, string> {
  for (const field of stampByField.keys()) if (!isStamped(joinOf(entity, field))) stampByField.delete(field);
  return stampByField;
}

/**
 * Returns `doc` with one edit merged in (SPEC R22).
 *
 * `values` are the edit's fields (states or changes of states for sets, counters and logs), `stamp` its stamp for
 * all registers, `base` the stamp that each register overwrote on the author's device, by field; absent where
 * concurrency does not matter (own overlay, replays). `doc` is null for a record not seen before.
 * Never changes its arguments. A field that `entity` does not know is a register (SPEC R26).
 */
export function mergeEdit(
  entity: Pick<EntityType, "fields">,
  doc: Doc | null,
  values: Values,
  stamp: string,
  base?: { readonly [field: string]: string },
): Merge {
  const merged: { [field: string]: Json } = doc ? { ...doc.v } : {};
  const stamps = doc ? keepStamped(entity, unpackStamps(doc)) : new Map<string, string>();
  const changes: Change[] = [];
  for (const field of Object.keys(values)) {
    const value = values[field] as Json;
    const join = joinOf(entity, field);
    const written = own(merged, field);
    const old = written ?? null;
    if (!isStamped(join)) {
      const joined = joinStates(join, old, value);
      setOwn(merged, field, joined);
      const won = written === undefined || !isSame(old, joined);
      changes.push({ field, old, oldStamp: "", new: joined, won, concurrent: false });
      continue;
    }
    const oldStamp = stamps.get(field) ?? "";
    const stands = oldStamp !== "" && registerStands(old, oldStamp, value, stamp);
    const seen = base === undefined ? oldStamp : (own(base, field) ?? "");
    const concurrent =
      oldStamp !== seen &&
      // What its author had seen is his own: it would stand here if it had been taken.
      (oldStamp > seen || (oldStamp !== "" && isSameDevice(seen, stamp))) &&
      !isSameDevice(oldStamp, stamp) &&
      !isSame(old, value);
    if (!stands) {
      setOwn(merged, field, value);
      stamps.set(field, stamp);
    }
    changes.push({ field, old, oldStamp, new: value, won: !stands, concurrent });
  }
  return { doc: { v: merged, s: packStamps(stamps) }, changes };
}

/** Returns the join of two states of one record (SPEC R23); commutative, associative, idempotent. */
export function joinDocs(entity: Pick<EntityType, "fields">, doc: Doc, other: Doc): Doc {
  const stamps = keepStamped(entity, unpackStamps(doc));
  const otherStamps = unpackStamps(other);
  const merged: { [field: string]: Json } = { ...doc.v };
  for (const field of Object.keys(other.v)) {
    const value = other.v[field] as Json;
    const join = joinOf(entity, field);
    const mine = own(merged, field);
    if (!isStamped(join)) {
      setOwn(merged, field, joinStates(join, mine ?? null, value));
      continue;
    }
    const stamp = otherStamps.get(field) ?? "";
    if (mine === undefined || !registerStands(mine, stamps.get(field) ?? "", value, stamp)) {
      setOwn(merged, field, value);
      if (stamp !== "") stamps.set(field, stamp);
    }
  }
  return { v: merged, s: packStamps(stamps) };
}

/** Returns `doc` without the fields that reps are not sent (SPEC R35); `doc` itself where it has none. */
export function openDoc(entity: Pick<EntityType, "fields">, doc: Doc): Doc {
  const shown = Object.entries(doc.v).filter(([name]) => own(entity.fields, name)?.hidden !== true);
  if (shown.length === Object.keys(doc.v).length) return doc;
  const values: { [field: string]: Json } = {};
  for (const [name, value] of shown) setOwn(values, name, value);
  const stamps = keepStamped(entity, unpackStamps(doc));
  for (const name of stamps.keys()) if (own(values, name) === undefined) stamps.delete(name);
  return { v: values, s: packStamps(stamps) };
}

/** Tells whether the record is deleted (SPEC R24). */
export function isDeleted(doc: Doc): boolean {
  return doc.v.deleted === true;
}

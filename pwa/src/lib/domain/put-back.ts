/** Putting back an old value of a field, of whatever kind: an edit like any other, made from what the history tells. */
import type { SetChange } from "#lib/store/change";
import { elements, isSame, type Json, type SetState } from "$sync/joins";
import { ENTITY_TYPES, type FieldType, type Kind, type PersonRole, SHARED_ROOT } from "$sync/schema.gen";
import { isOpen } from "./field";

/** What to write so that the field is `old` again; null where nothing needs or may be written. */
export type PutBack = { readonly write: Json | SetChange } | null;

const isState = (value: unknown): value is SetState =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of which kind a record is, and whose. */
export interface Placed {
  readonly kind: Kind;
  readonly root: string;
}

/** Tells whether somebody in this role writes such a record at all; what is the whole team's is not a rep's to write. */
export const mayWriteRecord = ({ kind, root }: Placed, role: PersonRole): boolean =>
  ENTITY_TYPES[kind].writers.includes(role) && (root !== SHARED_ROOT || role !== "rep");

/** Tells whether this person may write the field of a record that is there already. */
export function mayWrite(at: Placed, field: FieldType, role: PersonRole): boolean {
  const isManager = role !== "rep";
  if (!mayWriteRecord(at, role)) return false;
  return field.server !== true && (field.manager !== true || isManager) && isOpen(field, isManager);
}

/**
 * The change that makes a field `old` again, given its value `now` as screens see it. Counters and logs only grow, the
 * server's own fields are not the person's to write, and a field that must have a value is never emptied.
 */
export function putBack(at: Placed, field: FieldType, old: unknown, now: unknown, role: PersonRole): PutBack {
  if (!mayWrite(at, field, role)) return null;
  switch (field.type) {
    case "counter":
    case "log":
      return null;
    case "set":
      return putBackSet(old, now);
  }
  if (isSame((old ?? null) as Json, (now ?? null) as Json)) return null;
  if ((old ?? null) === null && field.nullable !== true) return null;
  return { write: (old ?? null) as Json };
}

function putBackSet(old: unknown, now: unknown): PutBack {
  const before = isState(old) ? elements(old) : [];
  const present = Array.isArray(now) ? now.map(String) : [];
  const add = before.filter((element) => !present.includes(element));
  const remove = present.filter((element) => !before.includes(element));
  return add.length + remove.length === 0 ? null : { write: { add, remove } };
}

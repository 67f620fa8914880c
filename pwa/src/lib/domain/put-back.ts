/** Putting back an old value of a field, of whatever kind: an edit like any other, made from what the history tells. */
import type { SetChange } from "#lib/store/change";
import { elements, isSame, type Json, type SetState } from "$sync/joins";
import type { FieldType } from "$sync/schema.gen";
import { isOpen } from "./field";

/** What to write so that the field is `old` again; null where nothing needs or may be written. */
export type PutBack = { readonly write: Json | SetChange } | null;

const isState = (value: unknown): value is SetState =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Tells whether this person may write the field of a record that is there already. */
export function mayWrite(field: FieldType, isManager: boolean): boolean {
  return field.server !== true && (field.manager !== true || isManager) && isOpen(field, isManager);
}

/**
 * The change that makes a field `old` again, given its value `now` as screens see it. Counters and logs only grow, the
 * server's own fields are not the person's to write, and a field that must have a value is never emptied.
 */
export function putBack(field: FieldType, old: unknown, now: unknown, isManager: boolean): PutBack {
  if (!mayWrite(field, isManager)) return null;
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

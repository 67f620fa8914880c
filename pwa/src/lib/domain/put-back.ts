/** Putting back an old value of a field: an edit like any other, made from what the history tells. */
import type { SetChange } from "#lib/store/change";
import { elements, type SetState } from "$sync/joins";
import type { FieldType } from "$sync/schema.gen";
import { controlOf } from "./field";

/** What to write so that the field is `old` again; null where nothing needs or may be written. */
export type PutBack = { readonly write: string | number | boolean | null | SetChange } | null;

const isState = (value: unknown): value is SetState =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/**
 * The change that makes a field `old` again, given its value `now` as screens see it. Counters and logs only grow, the
 * server's own fields are not the person's to write, and a field that must have a value is never emptied.
 */
export function putBack(field: FieldType, old: unknown, now: unknown, isManager: boolean): PutBack {
  if (field.type === "set") {
    const before = isState(old) ? elements(old) : [];
    const present = Array.isArray(now) ? now.map(String) : [];
    const add = before.filter((element) => !present.includes(element));
    const remove = present.filter((element) => !before.includes(element));
    return add.length + remove.length === 0 ? null : { write: { add, remove } };
  }
  if (controlOf(field, isManager) === "shown" || !isPlain(old) || old === (now ?? null)) return null;
  if (old === null && field.nullable !== true) return null;
  return { write: old };
}

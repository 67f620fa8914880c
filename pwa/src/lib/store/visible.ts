/** Records as screens see them: confirmed state with the device's own unsent edits over it. */
import { msFromStamp } from "$sync/clock.ts";
import { type CounterState, elements, type LogState, type SetState, total } from "$sync/joins.ts";
import { ENTITY_TYPES, type EntityByKind, type Kind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";

/** One entry of a log, oldest first. */
export interface LogEntry {
  readonly stamp: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly text: string;
}

/** How a field of type `T` is read: a set as its elements, a counter as its total, a log as its entries. */
export type FieldValue<T> = T extends SetState
  ? readonly string[]
  : T extends CounterState
    ? number
    : T extends LogState
      ? readonly LogEntry[]
      : T;

/** A record of kind `K` as screens see it; a field that was never written is absent. */
export type Visible<K extends Kind> = {
  readonly [F in keyof EntityByKind[K]]?:
    | FieldValue<NonNullable<EntityByKind[K][F]>>
    | Extract<EntityByKind[K][F], null>;
} & {
  readonly id: string;
  readonly root: string;
  /** True while an edit of this record waits to be sent. */
  readonly waiting: boolean;
};

/** Returns the record of this kind and id, null if it is not on the device, or if it is deleted and `withRemoved` is not asked for. */
export function readVisible<K extends Kind>(
  database: Database,
  kind: K,
  id: string,
  withRemoved = false,
): Visible<K> | null {
  const found = database.get<{ root: string; doc: string; waiting: number }>(
    `SELECT root, doc, EXISTS (SELECT 1 FROM outbox WHERE outbox.id = x.id) AS waiting
     FROM "${kind}" x WHERE id = ? AND (deleted IS NOT 1 OR ?) LIMIT 1`,
    [id, withRemoved ? 1 : 0],
  );
  if (found === undefined) return null;
  const { v }: { v: Record<string, unknown> } = JSON.parse(found.doc);
  const values: Record<string, unknown> = { ...v, id, root: found.root, waiting: found.waiting === 1 };
  for (const [name, field] of Object.entries(ENTITY_TYPES[kind].fields)) {
    if (field.join !== undefined && name in v) values[name] = fieldValue(field.join, v[name]);
  }
  return values as Visible<K>; // the documents were checked against the entity when they were written
}

function fieldValue(join: string, state: unknown): unknown {
  switch (join) {
    case "set":
      return elements(state as SetState);
    case "counter":
      return total(state as CounterState);
    case "log":
      return Object.entries(state as LogState)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([stamp, text]): LogEntry => ({ stamp, at: msFromStamp(stamp), text }));
    default:
      return state;
  }
}

/** Returns a record's title, "" if it has none. */
export function labelOf(kind: Kind, v: Readonly<Record<string, unknown>>): string {
  const title = Object.values(ENTITY_TYPES[kind].fields).find((field) => field.title);
  const value = title === undefined ? undefined : v[title.name];
  return typeof value === "string" ? value : "";
}

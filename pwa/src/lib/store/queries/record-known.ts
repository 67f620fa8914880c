import { deviceFromStamp, msFromStamp } from "$sync/clock.ts";
import type { Json } from "$sync/joins.ts";
import type { Edit } from "$sync/messages.ts";
import { type Doc, mergeEdit, unpackStamps } from "$sync/record.ts";
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { KINDS } from "../tables.ts";
import { docOf, type RecordRef } from "./record.ts";

/** What one stamp did to a record, as far as the device knows it. */
export interface KnownEdit {
  readonly stamp: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** The number of the device that it was made on; 0 for the server. */
  readonly device: number;
  /** It waits here to be sent; only of such an edit the old values are known. */
  readonly isWaiting: boolean;
  readonly changes: readonly { readonly field: string; readonly old: Json; readonly new: Json }[];
}

/** Of a record: the edits that wait to be sent, and for each field the last time that it was written. Newest first. */
export const recordKnown = defineQuery<RecordRef, KnownEdit[]>({
  reads: [...KINDS, "outbox"],
  run(database, { kind, id }) {
    const waiting = waitingEdits(database, kind, id);
    const doc = docOf(database, kind, id);
    if (doc === null) return waiting;
    const seen = new Set(waiting.map(({ stamp }) => stamp));
    const fieldsByStamp = new Map<string, string[]>();
    for (const [field, stamp] of unpackStamps(doc)) {
      if (seen.has(stamp)) continue;
      fieldsByStamp.set(stamp, [...(fieldsByStamp.get(stamp) ?? []), field]);
    }
    const known = [...fieldsByStamp].map(([stamp, fields]): KnownEdit => {
      const changes = fields.map((field) => ({ field, old: null, new: doc.v[field] ?? null }));
      return { ...partsOf(stamp), isWaiting: false, changes };
    });
    return [...waiting, ...known].sort((a, b) => (a.stamp < b.stamp ? 1 : -1));
  },
});

/** The unsent edits of a record with what each of them found. */
function waitingEdits(database: Database, kind: Kind, id: string): KnownEdit[] {
  const shadow = database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [id]);
  const edits = database.all<{ edit: string }>("SELECT edit FROM outbox WHERE id = ? ORDER BY n", [id]);
  let doc: Doc | null = shadow === undefined || shadow.doc === null ? null : JSON.parse(shadow.doc);
  return edits.map(({ edit }) => {
    const { v, at }: Edit = JSON.parse(edit);
    const before = doc;
    doc = mergeEdit(ENTITY_TYPES[kind], before, v, at).doc;
    const changes = Object.keys(v).map((field) => ({ field, old: before?.v[field] ?? null, new: v[field] ?? null }));
    return { ...partsOf(at), isWaiting: true, changes };
  });
}

const partsOf = (stamp: string) => ({ stamp, at: msFromStamp(stamp), device: deviceFromStamp(stamp) });

import type { Kind } from "$sync/schema.gen.ts";
import { isBelow } from "../below.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { isKind, KINDS } from "../tables.ts";
import type { RecordRef } from "./record.ts";

/** A record that is deleted, as a change that brings it back names it. */
export interface Removed {
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
}

/** The deleted customer with whom a record is gone, or who it is; null for none who can be brought back. */
export const recordRemoved = defineQuery<
  RecordRef,
  { readonly id: string; readonly root: string; readonly name: string } | null
>({
  reads: KINDS,
  run(database, { kind, id }) {
    if (kind !== "customer" && !isBelow(kind)) return null;
    const found = database.get<{ id: string; root: string; name: string }>(
      `SELECT c.id, c.root, c.name FROM "${kind}_row" x JOIN customer_row c ON c.id = x.root
       WHERE x.id = ? AND c.deleted = 1 AND c.name IS NOT NULL LIMIT 1`,
      [id],
    );
    return found ?? null;
  },
});

/** Returns those of these records, and of the customers they are below, that are deleted: customers first, each once. */
export function removedOf(
  database: Database,
  records: readonly { readonly kind: string; readonly id: string; readonly root: string }[],
): readonly Removed[] {
  const asked = [...records.map(({ root }) => ({ kind: "customer", id: root, root })), ...records];
  const found = asked.flatMap(({ kind, id, root }): Removed[] => {
    if (!isKind(kind)) return [];
    const row = database.get<{ deleted: number | null }>(
      `SELECT doc ->> '$.v.deleted' AS deleted FROM "${kind}" WHERE id = ?`,
      [id],
    );
    return row?.deleted === 1 ? [{ kind, id, root }] : [];
  });
  return [...new Map(found.map((one) => [one.id, one])).values()];
}

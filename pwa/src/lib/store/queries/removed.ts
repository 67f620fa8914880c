import type { Kind } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { isKind } from "../tables.ts";

/** A record that is deleted, as a change that brings it back names it. */
export interface Removed {
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
}

/** Returns those of these records, and of the customers they are below, that are deleted: customers first, each once. */
export function removedOf(
  database: Database,
  records: readonly { readonly kind: string; readonly id: string; readonly root: string }[],
): readonly Removed[] {
  const asked = [...records.map(({ root }) => ({ kind: "customer", id: root, root })), ...records];
  const found = asked.flatMap(({ kind, id, root }): Removed[] => {
    if (!isKind(kind)) return [];
    const row = database.get<{ deleted: number | null }>(`SELECT deleted FROM "${kind}" WHERE id = ?`, [id]);
    return row?.deleted === 1 ? [{ kind, id, root }] : [];
  });
  return [...new Map(found.map((one) => [one.id, one])).values()];
}

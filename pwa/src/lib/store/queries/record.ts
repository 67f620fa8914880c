import type { Doc } from "$sync/record.ts";
import type { Kind } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { KINDS } from "../tables.ts";
import { labelOf, readVisible, type Visible } from "../visible.ts";

/** A record of any kind, named by what screens ask for. */
export interface RecordRef {
  readonly kind: Kind;
  readonly id: string;
}

/** A record that is asked for, also if it is removed: its history is there all the same. */
export interface AskedRecord extends RecordRef {
  readonly removed?: boolean;
}

/** A record as a sheet of its own shows it. */
export interface RecordDetail<K extends Kind = Kind> {
  readonly kind: K;
  readonly record: Visible<K>;
  /** Its title, "" if it has none. */
  readonly label: string;
  /** Whom it belongs to; null where that is nobody, or himself. */
  readonly customer: { readonly id: string; readonly name: string; readonly territory: string | null } | null;
}

/** One record with its customer, null if it is not on the device; if it is deleted, only where removed ones are asked for too. */
export const recordOne = defineQuery<AskedRecord, RecordDetail | null>({
  reads: [...KINDS, "outbox"],
  run(database, { kind, id, removed = false }) {
    const record = readVisible(database, kind, id, removed);
    if (record === null) return null;
    const values = record as Readonly<Record<string, unknown>>;
    const customer = typeof values.customer === "string" ? values.customer : record.root;
    const found = kind === "customer" ? undefined : customerOf(database, customer);
    return {
      kind,
      record,
      label: labelOf(kind, values),
      customer: found === undefined ? null : { id: customer, ...found },
    };
  },
});

/** What records are called, by id; those that are not on the device are left out. A visit is called by its customer. */
export const recordLabels = defineQuery<{ refs: readonly RecordRef[] }, Readonly<Record<string, string>>>({
  reads: KINDS,
  run(database, { refs }) {
    const found: [string, string][] = [];
    for (const { kind, id } of refs) {
      const doc = docOf(database, kind, id);
      if (doc === null) continue;
      const label = labelOf(kind, doc.v) || customerName(database, doc.v.customer) || "";
      if (label !== "") found.push([id, label]);
    }
    return Object.fromEntries(found);
  },
});

/** What the store holds of a record, null for nothing. */
export function docOf(database: Database, kind: Kind, id: string): Doc | null {
  const found = database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id]);
  return found === undefined ? null : JSON.parse(found.doc);
}

const customerOf = (database: Database, id: string) =>
  database.get<{ name: string; territory: string | null }>("SELECT name, territory FROM customer WHERE id = ?", [id]);

const customerName = (database: Database, id: unknown): string | undefined =>
  typeof id === "string" ? customerOf(database, id)?.name : undefined;

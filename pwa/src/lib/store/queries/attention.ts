import type { Kind, VerdictKind } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";
import { labelOf } from "../visible.ts";

/** A value that gave way in a conflict. */
export interface LostValue {
  readonly field: string;
  readonly value: unknown;
  /** When it was written: milliseconds since 1970 UTC. */
  readonly at: number;
  /** Who wrote it, "" if unknown. */
  readonly person: string;
}

/** One thing that wants a human ("needs a look"). */
export interface AttentionItem {
  /** Its own number, for `store.dismiss`. */
  readonly n: number;
  readonly verdict: Extract<VerdictKind, "conflict" | "held" | "rejected">;
  /** Why, "" where the verdict says it all. */
  readonly code: string;
  /** The field it is about, "" for the whole record. */
  readonly field: string;
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
  /** The record's title, "" if it has none. */
  readonly label: string;
  /** What this device had written, by field. */
  readonly written: Readonly<Record<string, unknown>>;
  /** What stands now, by field, for the same fields. */
  readonly standing: Readonly<Record<string, unknown>>;
  readonly losers: readonly LostValue[];
  /** When the verdict came: milliseconds since 1970 UTC. */
  readonly at: number;
}

interface Row {
  n: number;
  verdict: AttentionItem["verdict"];
  code: string;
  field: string;
  kind: Kind;
  id: string;
  root: string;
  edit: string;
  losers: string;
  at: number;
}

/** Everything that needs a look, newest first. */
export const attentionList = defineQuery<{ limit: number }, AttentionItem[]>({
  reads: ["attention"],
  run(database, { limit }) {
    const rows = database.all<Row>(
      "SELECT n, verdict, code, field, kind, id, root, edit, losers, at FROM attention ORDER BY at DESC, n DESC LIMIT ?",
      [limit],
    );
    return rows.map(({ edit, losers, ...row }) => {
      const written: Record<string, unknown> = JSON.parse(edit);
      const found = database.get<{ doc: string }>(`SELECT doc FROM "${row.kind}" WHERE id = ?`, [row.id]);
      const doc: { v: Record<string, unknown> } = found === undefined ? { v: {} } : JSON.parse(found.doc);
      const standing = Object.fromEntries(Object.keys(written).map((field) => [field, doc.v[field] ?? null]));
      return { ...row, label: labelOf(row.kind, doc.v), written, standing, losers: JSON.parse(losers) };
    });
  },
});

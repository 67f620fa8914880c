import type { HeldEditStatus } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { defineQuery } from "../query.ts";
import { isKind } from "../tables.ts";
import { labelOf } from "../visible.ts";
import { personName } from "./person.ts";
import { type Removed, removedOf } from "./removed.ts";

type Values = Readonly<Record<string, unknown>>;

/** One edit of an offer, with what it would change. */
export interface OfferedEdit {
  /** A kind that this version of the app may not know. */
  readonly kind: string;
  readonly id: string;
  /** The record's title, "" if it has none or is not on the device. */
  readonly label: string;
  /** False where the record would be made by it. */
  readonly isHeld: boolean;
  /** What would be written, by field. */
  readonly values: Values;
  /** What stands now, by field, for the same fields; null for nothing. */
  readonly standing: Values;
}

/** An edit in the server's custody that this person may decide on. */
export interface HeldOffer {
  readonly id: string;
  readonly root: string;
  /** Who had written it; his name, "" if it is not on the device. */
  readonly person: string;
  readonly personName: string;
  /** The customer it belongs to, "" for none; his name. */
  readonly customer: string;
  readonly customerName: string;
  /** Why it was not applied. */
  readonly code: string;
  /** The edit, or those of a group: decided as one. */
  readonly edits: readonly OfferedEdit[];
  /** How many edits of the group are about others: decided with these, and not told. */
  readonly elsewhere: number;
  /** What of it is removed: it has to be brought back before the edit can be applied. */
  readonly removed: readonly Removed[];
  /** When it was written: milliseconds since 1970 UTC. */
  readonly writtenAt: number;
}

/** An edit of this person's own that somebody has decided on, or that the server has applied since. */
export interface HeldDecision {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly label: string;
  readonly customer: string;
  readonly customerName: string;
  readonly status: Exclude<HeldEditStatus, "waiting">;
  /** Who decided, "" for the server itself; his name. */
  readonly person: string;
  readonly personName: string;
  /** When: milliseconds since 1970 UTC. */
  readonly at: number;
}

interface Held {
  readonly person: string;
  readonly customer?: string | null;
  readonly target_kind: string;
  readonly target: string;
  readonly values?: Values | null;
  readonly more?: readonly { readonly kind: string; readonly id: string; readonly v: Values }[] | null;
  readonly elsewhere?: number | null;
  readonly code: string;
  readonly written_at: number;
  readonly status: HeldEditStatus;
  readonly decided_by?: string | null;
  readonly decided_at?: number | null;
}

/** Nobody decides on what waits for its root: it is applied, or offered, when that comes. */
const UNDECIDABLE = "missing_root";

/** What waits for this person's decision, oldest first. Receipts name an offer, and are not decided on. */
export const heldOffers = defineQuery<{ limit: number }, HeldOffer[]>({
  reads: ["held_edit", "customer", "person"],
  run(database, { limit }) {
    const rows = database.all<{ id: string; root: string; doc: string }>(
      `SELECT id, root, doc FROM held_edit
       WHERE status = 'waiting' AND offer IS NULL AND deleted IS NOT 1 AND doc ->> '$.v.code' <> ?
       ORDER BY written_at, id LIMIT ?`,
      [UNDECIDABLE, limit],
    );
    return rows.map(({ id, root, doc }) => {
      const { v }: { v: Held } = JSON.parse(doc);
      const first = { kind: v.target_kind, id: v.target, v: v.values ?? {} };
      return {
        id,
        root,
        person: v.person,
        personName: personName(database, v.person),
        customer: v.customer ?? "",
        customerName: customerName(database, v.customer),
        code: v.code,
        edits: [first, ...(v.more ?? [])].map((edit) => offered(database, edit)),
        removed: removedOf(
          database,
          // What removes, or brings back, by itself needs nothing to be back.
          [first, ...(v.more ?? [])].flatMap(({ kind, id, v }) => ("deleted" in v ? [] : [{ kind, id, root }])),
        ),
        elsewhere: v.elsewhere ?? 0,
        writtenAt: v.written_at,
      };
    });
  },
});

/** What was decided on this person's own edits from `since` on (milliseconds since 1970 UTC), newest first. */
export const heldDecided = defineQuery<{ since: number; limit: number }, HeldDecision[]>({
  reads: ["held_edit", "customer", "person"],
  run(database, { since, limit }, { account }) {
    const rows = database.all<{ id: string; doc: string }>(
      `SELECT id, doc FROM held_edit
       WHERE status IN ('applied', 'discarded') AND root = ?1 AND person = ?1 AND deleted IS NOT 1
         AND doc ->> '$.v.decided_at' >= ?2
       ORDER BY doc ->> '$.v.decided_at' DESC, id LIMIT ?3`,
      [account.person, since, limit],
    );
    return rows.map(({ id, doc }) => {
      const { v }: { v: Held & { status: HeldDecision["status"] } } = JSON.parse(doc);
      const person = v.decided_by ?? "";
      return {
        id,
        kind: v.target_kind,
        target: v.target,
        label: recordOf(database, v.target_kind, v.target)?.label ?? "",
        customer: v.customer ?? "",
        customerName: customerName(database, v.customer),
        status: v.status,
        person,
        personName: personName(database, person),
        at: v.decided_at ?? 0,
      };
    });
  },
});

function offered(database: Database, { kind, id, v }: { kind: string; id: string; v: Values }): OfferedEdit {
  const record = recordOf(database, kind, id);
  const standing = Object.fromEntries(Object.keys(v).map((field) => [field, record?.v[field] ?? null]));
  const label = record?.label ?? (isKind(kind) ? labelOf(kind, v) : "");
  return { kind, id, label, isHeld: record !== undefined, values: v, standing };
}

function recordOf(database: Database, kind: string, id: string): { v: Values; label: string } | undefined {
  if (!isKind(kind)) return undefined;
  const found = database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id]);
  if (found === undefined) return undefined;
  const { v }: { v: Values } = JSON.parse(found.doc);
  return { v, label: labelOf(kind, v) };
}

function customerName(database: Database, id: string | null | undefined): string {
  if (id === null || id === undefined) return "";
  return database.get<{ name: string | null }>("SELECT name FROM customer WHERE id = ?", [id])?.name ?? "";
}

import type { Kind, VerdictKind } from "$sync/schema.gen.ts";
import type { Database } from "../database.ts";
import { readNumber } from "../meta.ts";
import { defineQuery } from "../query.ts";
import { labelOf } from "../visible.ts";

/** A record with unsent edits. */
export interface WaitingRecord {
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
  /** The record's title, or its customer's name; "" if neither is known. */
  readonly label: string;
  /** True if the server has never seen the record. */
  readonly isNew: boolean;
  /** Its edits that wait. */
  readonly edits: number;
  /** When the first of them was saved: milliseconds since 1970 UTC. */
  readonly since: number;
}

/** What waits to be sent, by record, oldest first. */
export const syncWaiting = defineQuery<{ limit: number }, WaitingRecord[]>({
  reads: ["outbox"],
  run(database, { limit }) {
    const rows = database.all<Omit<WaitingRecord, "label" | "isNew"> & { isNew: number }>(
      `SELECT o.kind, o.id, o.root, count(*) AS edits, min(o.created_at) AS since,
              EXISTS (SELECT 1 FROM shadow s WHERE s.id = o.id AND s.doc IS NULL) AS isNew
       FROM outbox o GROUP BY o.kind, o.id ORDER BY min(o.n) LIMIT ?`,
      [limit],
    );
    return rows.map((row) => ({ ...row, isNew: row.isNew === 1, label: recordLabel(database, row.kind, row.id) }));
  },
});

/** A record whose edit the server has taken. */
export interface SentRecord {
  readonly n: number;
  readonly kind: Kind;
  readonly id: string;
  readonly root: string;
  readonly label: string;
  readonly verdict: VerdictKind;
  /** When the server answered: milliseconds since 1970 UTC. */
  readonly at: number;
}

/** What was sent last, newest first. */
export const syncSent = defineQuery<{ limit: number }, SentRecord[]>({
  reads: ["sent"],
  run(database, { limit }) {
    return database
      .all<Omit<SentRecord, "label">>("SELECT n, kind, id, root, verdict, at FROM sent ORDER BY n DESC LIMIT ?", [
        limit,
      ])
      .map((row) => ({ ...row, label: recordLabel(database, row.kind, row.id) }));
  },
});

/** How sound the copy on this device is, and what backs it up. */
export interface SyncState {
  /** When every bucket's checksum was compared last: milliseconds since 1970 UTC by the server's clock, null for never. */
  readonly checkedAt: number | null;
  /** Buckets that differ and are about to be mended. */
  readonly suspects: number;
  /** Buckets read again from the beginning, and parts found wrong and mended, since the device was set up. */
  readonly resets: number;
  readonly repairs: number;
  /** Edits that the server has taken and no backup holds yet: they are kept here, too (SPEC R48). */
  readonly kept: number;
  /** Whether a backup holds edits of this device at all. */
  readonly isCovered: boolean;
}

/** Checks, repairs and backups. `contact`, the last one, makes the answer follow it. */
export const syncState = defineQuery<{ contact: number | null }, SyncState>({
  reads: ["outbox", "sent"],
  run(database) {
    const count = (sql: string) => database.get<{ n: number }>(sql)?.n ?? 0;
    const checkedAt = readNumber(database, "verified");
    return {
      checkedAt: checkedAt === 0 ? null : checkedAt,
      suspects: count("SELECT count(*) AS n FROM cursor WHERE suspect = 1"),
      resets: readNumber(database, "resets"),
      repairs: readNumber(database, "repairs"),
      kept: count("SELECT count(*) AS n FROM kept"),
      isCovered: readNumber(database, "covered") > 0,
    };
  },
});

function recordLabel(database: Database, kind: Kind, id: string): string {
  const found = database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id]);
  if (found === undefined) return "";
  const { v }: { v: Record<string, unknown> } = JSON.parse(found.doc);
  const label = kind === "note" ? "" : labelOf(kind, v);
  if (label !== "" || typeof v.customer !== "string") return label;
  return database.get<{ name: string }>("SELECT name FROM customer WHERE id = ?", [v.customer])?.name ?? "";
}

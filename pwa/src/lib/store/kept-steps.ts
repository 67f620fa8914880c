/**
 * The kept edits (`kept-edits.ts`) where the database does not last: they are kept elsewhere too, or a restored server would never be
 * offered them after a restart. Told in steps, each as large as what is new.
 */
import type { Database } from "./database.ts";
import type { KeptEdit } from "./kept-edits.ts";
import { readNumber, writeMeta } from "./meta.ts";

/** A kept edit with all that is said of it. */
export interface KeptRow extends KeptEdit {
  /** The device's number that sent it. */
  readonly device: number;
  /** When the server took it, milliseconds since 1970 UTC by its clock. */
  readonly at: number;
}

/** The numbers of what is kept of one device's edits: there are others neither before nor after. */
export type KeptSpan = readonly [device: number, first: number, last: number];

/** How far has been told. */
export interface KeptMark {
  /** Which keeping it was. */
  readonly keeping: number;
  readonly spans: readonly KeptSpan[];
}

/** One step: what is new; whatever lies outside of the spans goes. */
export interface KeptStep {
  readonly spans: readonly KeptSpan[];
  readonly added: readonly KeptRow[];
}

/** Nothing has been told yet. */
export const NOTHING_KEPT: KeptMark = { keeping: -1, spans: [] };

/** Returns how far somebody has been told who knows all that is kept now. */
export function keptMark(database: Database): KeptMark {
  return { keeping: readNumber(database, "keeping"), spans: spansOf(database) };
}

/** Returns what is new between two marks, null if nothing is. */
export function keptSince(database: Database, before: KeptMark, now: KeptMark): KeptStep | null {
  const isAnew = now.keeping !== before.keeping;
  const told = new Map(isAnew ? [] : before.spans.map(([device, , last]) => [device, last] as const));
  const added = now.spans.flatMap(([device, , last]) => {
    const after = told.get(device) ?? 0;
    return last > after ? rowsAfter(database, device, after) : [];
  });
  if (added.length === 0 && JSON.stringify(now.spans) === JSON.stringify(before.spans)) return null;
  return { spans: now.spans, added };
}

/** Takes over what was kept elsewhere, into an empty store. Call it in a transaction. */
export function restoreKept(database: Database, rows: readonly KeptRow[]): void {
  for (const { device, edit, verdict, counted, at } of rows) {
    database.run("INSERT OR REPLACE INTO kept (device, n, edit, verdict, counted, at) VALUES (?, ?, ?, ?, ?, ?)", [
      device,
      edit.n,
      JSON.stringify(edit),
      verdict,
      JSON.stringify(counted),
      at,
    ]);
  }
  const size = database.get<{ bytes: number }>("SELECT coalesce(sum(octet_length(edit)), 0) AS bytes FROM kept");
  writeMeta(database, "kept_bytes", size?.bytes ?? 0);
}

/** A few looks into the index, however many are kept. */
function spansOf(database: Database): KeptSpan[] {
  return database
    .all<{ device: number; first: number; last: number }>(
      `WITH RECURSIVE of (device) AS (
         SELECT min(device) FROM kept
         UNION ALL SELECT (SELECT min(device) FROM kept WHERE device > of.device) FROM of WHERE device IS NOT NULL)
       SELECT device, (SELECT min(n) FROM kept WHERE kept.device = of.device) AS first,
         (SELECT max(n) FROM kept WHERE kept.device = of.device) AS last
       FROM of WHERE device IS NOT NULL ORDER BY device`,
    )
    .map(({ device, first, last }) => [device, first, last]);
}

function rowsAfter(database: Database, device: number, after: number): KeptRow[] {
  return database
    .all<{ edit: string; verdict: string; counted: string; at: number }>(
      "SELECT edit, verdict, counted, at FROM kept WHERE device = ? AND n > ? ORDER BY n",
      [device, after],
    )
    .map(({ edit, verdict, counted, at }) => ({
      device,
      edit: JSON.parse(edit),
      verdict,
      counted: JSON.parse(counted),
      at,
    }));
}

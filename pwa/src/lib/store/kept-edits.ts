/**
 * Edits that the server has taken and no backup covers yet (SPEC R48). Should a backup without them be restored, the device offers
 * them again. They are kept as they were sent, with the number of the device that sent them.
 */
import type { Edit, SyncReply, Verdict } from "$sync/messages.ts";
import type { Database, SqlValue } from "./database.ts";
import { forgetExchanged, sureUpTo } from "./exchanged.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { CountedByField } from "./restamp.ts";

/** Bytes of edits kept at most, and for how long where no backup ever covers them. */
export const KEPT_BYTES = 20 * 1024 * 1024;
export const KEPT_FOR_MS = 90 * 24 * 3_600_000;

/** What a reply says of the edits that it takes. */
export interface Taking {
  /** This device's number. */
  readonly device: number;
  readonly pushed: number;
  readonly verdicts: readonly Verdict[];
  /** What the counters that an edit raised had stood at before it, by the edit's number. */
  readonly counted: ReadonlyMap<number, CountedByField>;
  /** Milliseconds since 1970 UTC by the server's clock. */
  readonly now: number;
}

/** An edit that was taken, and what became of it. */
export interface KeptEdit {
  readonly edit: Edit;
  readonly verdict: string;
  readonly counted: CountedByField;
}

/** Copies what the server has just taken out of the outbox; call it before the outbox forgets it, in the same transaction. */
export function keepEdits(database: Database, { device, pushed, verdicts, counted, now }: Taking): void {
  const size = database.get<{ bytes: number }>(
    "SELECT coalesce(sum(octet_length(edit)), 0) AS bytes FROM outbox WHERE n <= ?",
    [pushed],
  );
  database.run(
    `INSERT OR REPLACE INTO kept (device, n, edit, verdict, counted, at)
     SELECT ?, n, edit, 'applied', '{}', ? FROM outbox WHERE n <= ?`,
    [device, now, pushed],
  );
  for (const verdict of verdicts) keepVerdict(database, device, verdict);
  for (const [n, totals] of counted) {
    database.run("UPDATE kept SET counted = ? WHERE device = ? AND n = ?", [JSON.stringify(totals), device, n]);
  }
  writeMeta(database, "kept_bytes", readNumber(database, "kept_bytes") + (size?.bytes ?? 0));
  forgetOldest(database, now);
}

/** Returns what is kept of an edit of this device. */
export function findKept(database: Database, device: number, n: number): Omit<KeptEdit, "counted"> | undefined {
  const kept = database.get<{ edit: string; verdict: string }>(
    "SELECT edit, verdict FROM kept WHERE device = ? AND n = ?",
    [device, n],
  );
  return kept && { edit: JSON.parse(kept.edit), verdict: kept.verdict };
}

/** Writes down what else became of an edit that has been kept. */
export function amendKept(database: Database, device: number, verdict: Verdict): void {
  keepVerdict(database, device, verdict);
  noteKeeping(database);
}

function keepVerdict(database: Database, device: number, { n, verdict }: Verdict): void {
  database.run("UPDATE kept SET verdict = ? WHERE device = ? AND n = ?", [verdict, device, n]);
}

function noteKeeping(database: Database): void {
  writeMeta(database, "keeping", readNumber(database, "keeping") + 1);
}

/** Forgets what a backup holds: this device's edits up to `covered`, and all that it made under a former number. */
export function forgetCovered(database: Database, device: number, covered: number): void {
  if (covered === 0 || covered <= readNumber(database, "covered")) return;
  writeMeta(database, "covered", covered);
  forget(database, "device <> ? OR n <= ?", [device, sureUpTo(database, device, covered)]);
  forgetExchanged(database, device, covered);
}

/** Forgets all of them. */
export const forgetKept = (database: Database): void => forget(database, "1", []);

/** Takes out this device's kept edits from number `first` on, in order, to be sent again. */
export function takeKept(database: Database, device: number, first: number): KeptEdit[] {
  return take(database, "device = ? AND n >= ?", [device, first]);
}

/** Takes out the edits kept under former numbers of this device, in order, but for those up to the number that `had` names. */
export function takeFormer(database: Database, device: number, had: SyncReply["former"]): KeptEdit[] {
  const surely = Object.fromEntries(Object.entries(had ?? {}).map(([name, n]) => [name, sureUpTo(database, name, n)]));
  return take(
    database,
    "device <> ? AND n > coalesce((SELECT value FROM json_each(?) WHERE key = CAST(device AS TEXT)), 0)",
    [device, JSON.stringify(surely)],
  );
}

function take(database: Database, condition: string, values: readonly SqlValue[]): KeptEdit[] {
  const kept = database.all<{ edit: string; verdict: string; counted: string }>(
    `SELECT edit, verdict, counted FROM kept WHERE ${condition} ORDER BY device, n`,
    values,
  );
  if (kept.length > 0) {
    forget(database, condition, values);
    noteKeeping(database); // they may come back under the same numbers, with another verdict
  }
  return kept.map(({ edit, verdict, counted }) => ({
    edit: JSON.parse(edit),
    verdict,
    counted: JSON.parse(counted),
  }));
}

function forget(database: Database, condition: string, values: readonly SqlValue[]): void {
  const freed = database.get<{ bytes: number }>(
    `SELECT coalesce(sum(octet_length(edit)), 0) AS bytes FROM kept WHERE ${condition}`,
    values,
  );
  database.run(`DELETE FROM kept WHERE ${condition}`, values);
  writeMeta(database, "kept_bytes", readNumber(database, "kept_bytes") - (freed?.bytes ?? 0));
}

/** Without a backup the newest stay: so many bytes, so many days. A device's numbers grow with time, and so do its edits'. */
function forgetOldest(database: Database, now: number): void {
  let bytes = readNumber(database, "kept_bytes");
  let cut: string | null = null;
  for (;;) {
    const oldest = database.get<{ device: number; n: number; bytes: number; at: number; of: string | null }>(
      `SELECT device, n, octet_length(edit) AS bytes, at, edit ->> '$.group' AS of FROM kept ORDER BY device, n LIMIT 1`,
    );
    if (oldest === undefined) return;
    const isDue = bytes > KEPT_BYTES || oldest.at < now - KEPT_FOR_MS;
    // Of a group all or nothing is offered again (SPEC R45).
    if (!isDue && (cut === null || oldest.of !== cut)) return;
    cut = oldest.of;
    bytes -= oldest.bytes;
    database.run("DELETE FROM kept WHERE device = ? AND n = ?", [oldest.device, oldest.n]);
    writeMeta(database, "kept_bytes", bytes);
  }
}

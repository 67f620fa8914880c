/**
 * The numbers of unsent edits: contiguous from the one that the server expects (SPEC R40), under this device's number, with the
 * kept ones in front where a restored server has lost them (SPEC R48).
 */
import { encode } from "$sync/base32.ts";
import { DEVICE_WIDTH } from "$sync/clock.ts";
import type { Edit } from "$sync/messages.ts";
import type { Database } from "./database.ts";
import { type KeptEdit, takeFormer, takeKept } from "./kept-edits.ts";
import { writeMeta } from "./meta.ts";
import { overshadow, queueEdit } from "./outbox.ts";
import { RecordWriter } from "./records.ts";
import { isKind } from "./tables.ts";

interface Queued {
  readonly edit: Edit;
  readonly created_at: number;
  readonly verdict: string;
  readonly hold: number;
}

/** Gives the waiting edits contiguous numbers from `first`; all before are taken for acknowledged. Call it in a transaction. */
export function renumber(database: Database, first: number): void {
  replaceOutbox(database, first, queued(database));
}

/**
 * The server knows this device by another number now: it starts counting at 1, and takes only stamps of that number. Values that
 * show with the old stamps are the same, and the server's rows will say the rest. Call it in a transaction.
 */
export function adoptDevice(database: Database, device: number): void {
  replaceOutbox(
    database,
    1,
    queued(database).map((one) => ({ ...one, edit: restamped(one.edit, device) })),
  );
  writeMeta(database, "covered", 0);
}

/**
 * The server has this device's edits up to `pushed` only, and the device more that were acknowledged: a backup was restored. They go
 * in front of what waits, with the numbers that they had where those are all there. Call it in a transaction.
 */
export function offerAgain(database: Database, device: number, pushed: number, now: number): void {
  queueAgain(database, takeKept(database, device, pushed + 1), now);
  writeMeta(database, "ack", pushed);
  writeMeta(database, "covered", 0);
  const first = database.get<{ n: number | null }>("SELECT min(n) AS n FROM outbox")?.n;
  if (first !== pushed + 1) renumber(database, pushed + 1);
}

/**
 * The same for what the device sent under a former number that the restored server may not know; tells whether there was any. Call it
 * in a transaction.
 */
export function offerFormer(database: Database, device: number, pushed: number, now: number): boolean {
  const former = takeFormer(database, device).map(({ edit, verdict }) => ({ edit: restamped(edit, device), verdict }));
  if (former.length === 0) return false;
  const waiting = queued(database);
  const again = former.map(({ edit, verdict }): Queued => ({ edit, created_at: now, verdict, hold: 0 }));
  for (const { edit } of former) overshadowEdit(database, edit);
  replaceOutbox(database, pushed + 1, [...again, ...waiting]);
  return true;
}

function queueAgain(database: Database, kept: readonly KeptEdit[], now: number): void {
  for (const { edit, verdict } of kept) {
    overshadowEdit(database, edit);
    queueEdit(database, edit, now, verdict);
  }
}

/** What shows of the record holds the edit already; should the server's row come without it, it has to lie over that. */
function overshadowEdit(database: Database, { kind, id }: Edit): void {
  const held = isKind(kind) ? new RecordWriter(database).find(kind, id) : undefined;
  if (isKind(kind) && held !== undefined) overshadow(database, kind, id, held);
}

function restamped(edit: Edit, device: number): Edit {
  return { ...edit, at: edit.at.slice(0, -DEVICE_WIDTH) + encode(device, DEVICE_WIDTH) };
}

function queued(database: Database): Queued[] {
  return database
    .all<Omit<Queued, "edit"> & { edit: string }>("SELECT edit, created_at, verdict, hold FROM outbox ORDER BY n")
    .map((one) => ({ ...one, edit: JSON.parse(one.edit) }));
}

function replaceOutbox(database: Database, first: number, edits: readonly Queued[]): void {
  database.run("DELETE FROM outbox");
  for (const [at, { edit, created_at, verdict, hold }] of edits.entries()) {
    queueEdit(database, { ...edit, n: first + at }, created_at, verdict, hold);
  }
  writeMeta(database, "edits", first + edits.length - 1);
  writeMeta(database, "ack", first - 1);
}

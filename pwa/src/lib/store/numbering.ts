/**
 * The numbers of unsent edits: contiguous from the one that the server expects (SPEC R40), under this device's number, with the
 * kept ones in front where a restored server has lost them (SPEC R48).
 */
import type { Edit, SyncReply } from "$sync/messages.ts";
import type { Doc, Values } from "$sync/record.ts";
import type { Database } from "./database.ts";
import { forgetExchanged, sureUpTo } from "./exchanged.ts";
import { forgetKept, type KeptEdit, takeFormer, takeKept } from "./kept-edits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { overshadow, type Queued, queued, queueEdit } from "./outbox.ts";
import { NOWHERE, RecordWriter, UNCONFIRMED } from "./records.ts";
import { restamp } from "./restamp.ts";
import { isKind } from "./tables.ts";
import { carryOver, forgetUnanswered } from "./unanswered.ts";
import { editsOf, overlay } from "./verdicts.ts";

/** Gives the waiting edits contiguous numbers from `first`; all before are taken for acknowledged. Call it in a transaction. */
export function renumber(database: Database, first: number): void {
  replaceOutbox(database, first, queued(database));
}

/**
 * The server knows this device by another number now: it starts counting at 1, and takes only stamps of that number. A wipe was asked
 * of the former one, and takes what that had been acknowledged along (SPEC R58). Call it in a transaction.
 */
export function adoptDevice(database: Database, device: number): void {
  const waiting = queued(database);
  const renamed = restamp(waiting, device, (id) => confirmedValues(database, id));
  replaceOutbox(
    database,
    1,
    waiting.map((one, at) => ({ ...one, ...renamed[at] })),
  );
  writeMeta(database, "covered", 0);
  if (readNumber(database, "wiping") !== 0) {
    writeMeta(database, "wiping", 0);
    forgetKept(database);
  }
  showUnsent(
    database,
    renamed.map(({ edit }) => edit),
  );
}

/**
 * The server has this device's edits up to `pushed` only, and the device more that were acknowledged: a backup was restored. They go
 * in front of what waits, with the numbers that they had where those are all there. Call it in a transaction.
 */
export function offerAgain(database: Database, device: number, pushed: number, now: number): void {
  queueAgain(database, takeKept(database, device, sureUpTo(database, device, pushed) + 1), now);
  forgetExchanged(database, device, readNumber(database, "edits"));
  noteNumbering(database);
  writeMeta(database, "ack", pushed);
  writeMeta(database, "covered", 0);
  const first = database.get<{ n: number | null }>("SELECT min(n) AS n FROM outbox")?.n;
  if (first !== pushed + 1) renumber(database, pushed + 1);
}

/**
 * The same for what the device sent under a former number and the restored server has lost; tells whether there was any. Call it in a
 * transaction.
 */
export function offerFormer(database: Database, device: number, { pushed, now, former: had }: SyncReply): boolean {
  const former = takeFormer(database, device, had);
  if (former.length === 0) return false;
  const waiting = queued(database);
  for (const { edit } of former) overshadowEdit(database, edit);
  const renamed = restamp(former, device, (id) => confirmedValues(database, id));
  const again = former.map((kept, at): Queued => ({ ...kept, ...renamed[at], created_at: now, hold: 0 }));
  // What the server has just taken under this number keeps its own: its verdicts are about to be read.
  const taken = waiting.filter(({ edit }) => edit.n <= pushed);
  replaceOutbox(database, pushed + 1, [...again, ...waiting.slice(taken.length)]);
  for (const { edit, ...of } of taken) queueEdit(database, edit, of);
  showUnsent(
    database,
    renamed.map(({ edit }) => edit),
  );
  return true;
}

/**
 * Puts edits that this device kept elsewhere behind those that wait, under its own number, past `ack`, the highest that the server is known
 * to have had; what waits here already is not put again. Call it in a transaction.
 */
export function appendUnsent(database: Database, device: number, kept: readonly Queued[], ack: number): void {
  const waiting = queued(database);
  const known = new Set(waiting.map(({ edit }) => edit.at));
  const renamed = restamp(kept, device, (id) => confirmedValues(database, id));
  const added = kept.map((one, at): Queued => ({ ...one, ...renamed[at] })).filter(({ edit }) => !known.has(edit.at));
  for (const { edit } of added) overshadowEdit(database, edit);
  replaceOutbox(database, Math.max(ack, readNumber(database, "ack")) + 1, [...waiting, ...added]);
  showUnsent(
    database,
    added.map(({ edit }) => edit),
  );
}

function queueAgain(database: Database, kept: readonly KeptEdit[], now: number): void {
  for (const { edit, ...of } of kept) {
    overshadowEdit(database, edit);
    queueEdit(database, edit, { ...of, created_at: now });
  }
  showUnsent(
    database,
    kept.map(({ edit }) => edit),
  );
}

/** What shows of the record mostly holds the edit already; should the server's row come without it, it has to lie over that. */
function overshadowEdit(database: Database, { kind, id }: Edit): void {
  if (isKind(kind)) overshadow(database, kind, id, new RecordWriter(database).find(kind, id));
}

/** The values that the server has of a record with unsent edits. */
function confirmedValues(database: Database, id: string): Values {
  const shadow = database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [id]);
  const doc: Doc | null = shadow === undefined || shadow.doc === null ? null : JSON.parse(shadow.doc);
  return doc?.v ?? {};
}

/** Shows these edits with the stamps that they have now, also what was refused before: a restored server may take it. */
function showUnsent(database: Database, edits: readonly Edit[]): void {
  const writer = new RecordWriter(database);
  for (const [id, { kind, root }] of new Map(edits.map((edit) => [edit.id, edit]))) {
    if (!isKind(kind)) continue;
    const held = writer.find(kind, id);
    const shadow = database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [id]);
    const confirmed: Doc | null = shadow === undefined || shadow.doc === null ? null : JSON.parse(shadow.doc);
    const doc = overlay(kind, confirmed, editsOf(database, id));
    const place = held ?? { root, bucket: NOWHERE, home: 0 };
    if (doc !== null) writer.put(kind, id, place, doc, held, held ?? UNCONFIRMED);
  }
  writer.finish();
}

/**
 * Lets these edits wait, in this order, numbered from `first`; `isSameMemory`: what the server has up to a number it has from here, and
 * from no memory that this device lost. Call it in a transaction.
 */
export function replaceOutbox(
  database: Database,
  first: number,
  edits: readonly Queued[],
  { isSameMemory = false } = {},
): void {
  noteNumbering(database);
  if (isSameMemory) carryOver(database);
  else forgetUnanswered(database);
  database.run("DELETE FROM outbox");
  for (const [at, { edit, ...of }] of edits.entries()) {
    queueEdit(database, { ...edit, n: first + at }, of);
  }
  writeMeta(database, "edits", first + edits.length - 1);
  writeMeta(database, "ack", first - 1);
}

/** Notes that what waits has other numbers, or that something else is said of it. */
export function noteNumbering(database: Database): void {
  writeMeta(database, "numbering", readNumber(database, "numbering") + 1);
}

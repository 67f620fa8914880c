/**
 * Taking verdicts (SPEC R42): an edit leaves the outbox for the kept ones, what it did becomes confirmed or is taken back, and what
 * wants a human is written down.
 */
import { checksumOfKind } from "$sync/checksum.ts";
import type { Edit, SyncReply, Verdict } from "$sync/messages.ts";
import { type Doc, mergeEdit } from "$sync/record.ts";
import { ENTITY_TYPES, type Kind, type VerdictKind } from "$sync/schema.gen.ts";
import { AttentionNotes, REFUSED } from "./attention-notes.ts";
import { isUnmet } from "./cursors.ts";
import type { Database } from "./database.ts";
import { amendKept, findKept, keepEdits } from "./kept-edits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { bucketOf } from "./outbox.ts";
import type { Topic } from "./query.ts";
import { NOWHERE, type RecordWriter } from "./records.ts";
import { type CountedByField, countedBefore } from "./restamp.ts";
import { isKind } from "./tables.ts";
import { forgetAnswered, wereUnanswered } from "./unanswered.ts";

/** How many sent edits the Sync screen can look back on. */
const SENT_KEPT = 200;
const WANTS_A_HUMAN: ReadonlySet<VerdictKind> = new Set(["conflict", "held", "rejected"]);
/** The field of a verdict `merged` on an edit whose record, or its customer, somebody had removed meanwhile. */
const REMOVED = "deleted";

/** An edit of the outbox, and what became of it when it was sent before ("" for never). */
interface Sent {
  readonly n: number;
  readonly edit: Edit;
  readonly before: string;
  readonly counted: CountedByField | null;
}

/** A record while the verdicts on its edits are taken. */
interface Settling {
  readonly kind: Kind;
  /** Null while the server has nothing of it. */
  confirmed: Doc | null;
  readonly wasUnknown: boolean;
  isTaken: boolean;
  /** Whether what shows is made anew: an edit was refused, or counts as its row says, not as it is. */
  isRemade: boolean;
}

/** What is known beside the reply. */
interface Taking {
  /** This device's number. */
  readonly device: number;
  /** Whether the server has gone back to a backup since the last reply. */
  readonly isRestored: boolean;
}

/** Takes the verdicts of a reply; returns the topics that changed. Call it in a transaction. */
export function takeVerdicts(
  database: Database,
  writer: RecordWriter,
  reply: SyncReply,
  { device, isRestored }: Taking,
): ReadonlySet<Topic> {
  const { pushed } = reply;
  const taken = database
    .all<{ n: number; edit: string; before: string; counted: string | null }>(
      "SELECT n, edit, verdict AS before, counted FROM outbox WHERE n <= ? ORDER BY n",
      [pushed],
    )
    .map(
      ({ n, edit, before, counted }): Sent => ({
        n,
        edit: JSON.parse(edit),
        before,
        counted: counted === null ? null : JSON.parse(counted),
      }),
    );
  if (pushed > readNumber(database, "ack")) writeMeta(database, "ack", pushed);
  const attention = new AttentionNotes(database, reply);
  const changed = new Set<Topic>();
  if (isRestored && takeOtherEnds(database, attention, reply, device)) changed.add("attention");
  if (taken.length === 0) return changed;
  changed.add("outbox").add("sent");
  const verdictByNumber = new Map(reply.verdicts.map((verdict) => [verdict.n, verdict]));
  const settling = new Map<string, Settling>();
  const countedByNumber = new Map<number, CountedByField>();
  const wasUnanswered = wereUnanswered(database);
  for (const { n, edit, before, counted } of taken) {
    const verdict: Verdict = verdictByNumber.get(n) ?? { n, verdict: "applied" };
    const record = settlingOf(database, settling, edit);
    if (wantsAHuman(verdict) && verdict.verdict !== before) {
      attention.note(edit, verdict, record?.confirmed ?? null);
      changed.add("attention");
    }
    // Of one that is sent again the record may say what stood after it, until the restored server's row is read.
    const totals = counted ?? countedBefore(edit, record?.confirmed?.v ?? {});
    if (Object.keys(totals).length > 0) countedByNumber.set(n, totals);
    if (record === null) continue; // not on the device, or of a kind that this version of the app does not know
    if (REFUSED.has(verdict.verdict)) {
      record.isRemade = true;
      continue;
    }
    record.isTaken = true;
    // Its row, that has been read since or will be, says what became of it, which the edit alone does not.
    if (verdict.known === true || wasUnanswered(edit) || (verdict.verdict === "repaired" && !record.wasUnknown))
      record.isRemade = true;
    else record.confirmed = mergeEdit(ENTITY_TYPES[record.kind], record.confirmed, edit.v, edit.at).doc;
  }
  attention.keepOpen(groupThatGoesOn(database, taken));
  noteSent(database, taken, verdictByNumber, reply.now);
  keepEdits(database, { device, pushed, verdicts: reply.verdicts, counted: countedByNumber, now: reply.now });
  database.run("DELETE FROM outbox WHERE n <= ?", [pushed]);
  forgetAnswered(database, pushed);
  const grants = new Set(reply.grants);
  for (const [id, record] of settling) settle(database, writer, id, record, grants);
  letGoUnknown(database, writer, new Set(taken.map(({ edit }) => edit.id).filter((id) => !settling.has(id))), grants);
  return changed;
}

/**
 * Ends what the last edit kept of records whose kind this version of the app does not know: a newer one may have let them outstay
 * their bucket (SPEC R57).
 */
function letGoUnknown(
  database: Database,
  writer: RecordWriter,
  ids: ReadonlySet<string>,
  grants: ReadonlySet<string>,
): void {
  if (ids.size === 0) return;
  const ended = "IN (SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM outbox))";
  const among = [JSON.stringify([...ids])];
  database.run(`DELETE FROM shadow WHERE id ${ended}`, among);
  writer.removeStrangers(`x.id ${ended}`, among, ({ bucket }) => !grants.has(bucket));
}

/** The group of which some edits were taken and others still wait, since a reply had no room for all of its verdicts (SPEC R56). */
function groupThatGoesOn(database: Database, taken: readonly Sent[]): string | undefined {
  const last = taken.at(-1);
  if (last?.edit.group === undefined) return undefined;
  const next = database.get<{ of: string | null }>(
    "SELECT edit ->> '$.group' AS of FROM outbox WHERE n > ? ORDER BY n LIMIT 1",
    [last.n],
  );
  return next?.of === last.edit.group ? last.edit.group : undefined;
}

/**
 * Takes another end of edits that had left the outbox: a late repetition was met by a restored server (SPEC R48). The device does
 * not offer these again, and what it holds is read anew: all that is left is to tell. Returns whether there was anything to tell.
 */
function takeOtherEnds(database: Database, attention: AttentionNotes, reply: SyncReply, device: number): boolean {
  let isTold = false;
  for (const verdict of reply.verdicts) {
    const kept = findKept(database, device, verdict.n);
    if (kept === undefined || kept.verdict === verdict.verdict) continue;
    if (wantsAHuman(verdict)) {
      attention.note(kept.edit, verdict, null);
      isTold = true;
    }
    amendKept(database, device, verdict);
  }
  return isTold;
}

function wantsAHuman({ verdict, field }: Verdict): boolean {
  return WANTS_A_HUMAN.has(verdict) || (verdict === "merged" && field === REMOVED);
}

/** Returns the confirmed state with edits over it; null if there is neither. */
export function overlay(kind: Kind, confirmed: Doc | null, edits: readonly Edit[]): Doc | null {
  return edits.reduce<Doc | null>((doc, edit) => mergeEdit(ENTITY_TYPES[kind], doc, edit.v, edit.at).doc, confirmed);
}

/** Returns the edits of a record that wait, oldest first. */
export function editsOf(database: Database, id: string): Edit[] {
  return database
    .all<{ edit: string }>("SELECT edit FROM outbox WHERE id = ? ORDER BY n", [id])
    .map(({ edit }) => JSON.parse(edit));
}

/** Returns where a record's verdicts are gathered; null for one that the device does not hold. */
function settlingOf(database: Database, settling: Map<string, Settling>, edit: Edit): Settling | null {
  const known = settling.get(edit.id);
  if (known !== undefined) return known;
  if (!isKind(edit.kind)) return null;
  const shadow = database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [edit.id]);
  if (shadow === undefined) return null;
  const confirmed: Doc | null = shadow.doc === null ? null : JSON.parse(shadow.doc);
  const record: Settling = {
    kind: edit.kind,
    confirmed,
    wasUnknown: confirmed === null,
    isTaken: false,
    isRemade: false,
  };
  settling.set(edit.id, record);
  return record;
}

/** After its verdicts a record shows the confirmed state with the edits still waiting; without any, the shadow goes. */
function settle(
  database: Database,
  writer: RecordWriter,
  id: string,
  record: Settling,
  grants: ReadonlySet<string>,
): void {
  const { kind, confirmed, wasUnknown, isTaken, isRemade } = record;
  const waiting = editsOf(database, id);
  if (waiting.length === 0) database.run("DELETE FROM shadow WHERE id = ?", [id]);
  else if (isTaken) database.run("UPDATE shadow SET doc = ? WHERE id = ?", [JSON.stringify(confirmed), id]);
  const held = writer.find(kind, id);
  if (held === undefined) return;
  // The server has just made it from these edits alone: it lives where its root does now, and what showed of it before is gone
  // there, its moves too. Where the server knows of moves, the row follows (SPEC R53).
  const isAnew = wasUnknown && isTaken && held.bucket === NOWHERE;
  const isMade = wasUnknown && isTaken && confirmed !== null;
  const rooted = isMade ? bucketOf(database, kind, held.root, confirmed.v) : held.bucket;
  const bucket = isAnew || grants.has(rooted) ? rooted : held.bucket;
  // Nor is a home revision of a life before believed: the row that follows says how often it moved.
  const home = isAnew || bucket !== held.bucket || isUnmet(database, held.bucket, held.round) ? 0 : held.home;
  // A refusal does not say whether the server still has the record.
  const met =
    isTaken && confirmed !== null ? writer.confirmation(bucket, checksumOfKind(kind, id, home, confirmed)) : held;
  // What outstayed its bucket because an edit of it waited goes with the last one (SPEC R57).
  const isOver = waiting.length === 0 && !grants.has(bucket);
  const isSame = !isRemade && !isAnew;
  const visible = isSame || isOver ? null : overlay(kind, confirmed, waiting);
  if (isOver) writer.remove(kind, id, held);
  else if (isSame) writer.confirm(kind, held, { bucket, home }, met);
  else if (visible === null) writer.remove(kind, id, held);
  else writer.put(kind, id, { ...held, bucket, home }, visible, held, met);
}

function noteSent(
  database: Database,
  taken: readonly Sent[],
  verdictByNumber: ReadonlyMap<number, Verdict>,
  now: number,
): void {
  for (const { n, edit, before } of taken.slice(-SENT_KEPT)) {
    if (before !== "") continue; // it was on the list when it was sent for the first time
    database.run("INSERT INTO sent (kind, id, root, verdict, at) VALUES (?, ?, ?, ?, ?)", [
      edit.kind,
      edit.id,
      edit.root,
      verdictByNumber.get(n)?.verdict ?? "applied",
      now,
    ]);
  }
  database.run("DELETE FROM sent WHERE n <= (SELECT max(n) FROM sent) - ?", [SENT_KEPT]);
}

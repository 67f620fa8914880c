/**
 * Taking verdicts (SPEC R42): an edit leaves the outbox for the kept ones, what it did becomes confirmed or is taken back, and what
 * wants a human is written down.
 */
import { checksumOfKind } from "$sync/checksum.ts";
import { msFromStamp } from "$sync/clock.ts";
import type { Json } from "$sync/joins.ts";
import { docFromRow, type Edit, type SyncReply, type Verdict } from "$sync/messages.ts";
import { type Doc, mergeEdit, unpackStamps } from "$sync/record.ts";
import { ENTITY_TYPES, type Kind, type VerdictKind } from "$sync/schema.gen.ts";
import { isUnmet } from "./cursors.ts";
import type { Database } from "./database.ts";
import { amendKept, findKept, keepEdits } from "./kept-edits.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { bucketOf } from "./outbox.ts";
import type { Topic } from "./query.ts";
import { NOWHERE, type RecordWriter } from "./records.ts";
import { type CountedByField, countedBefore } from "./restamp.ts";
import { isKind } from "./tables.ts";
import { labelOf } from "./visible.ts";

/** How many sent edits the Sync screen can look back on. */
const SENT_KEPT = 200;
const WANTS_A_HUMAN: ReadonlySet<VerdictKind> = new Set(["conflict", "held", "rejected"]);
/** The field of a verdict `merged` on an edit whose record, or its customer, somebody had removed meanwhile. */
const REMOVED = "deleted";
const REFUSED: ReadonlySet<VerdictKind> = new Set(["held", "rejected"]);

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
  const unanswered = readNumber(database, "unanswered");
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
    if (n <= unanswered) record.isRemade = true;
    else record.confirmed = mergeEdit(ENTITY_TYPES[record.kind], record.confirmed, edit.v, edit.at).doc;
  }
  noteSent(database, taken, verdictByNumber, reply.now);
  keepEdits(database, { device, pushed, verdicts: reply.verdicts, counted: countedByNumber, now: reply.now });
  database.run("DELETE FROM outbox WHERE n <= ?", [pushed]);
  if (unanswered > 0 && pushed >= unanswered) writeMeta(database, "unanswered", 0);
  const grants = new Set(reply.grants);
  for (const [id, record] of settling) settle(database, writer, id, record, grants);
  database.run(
    "DELETE FROM shadow WHERE id IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT id FROM outbox)",
    [JSON.stringify(taken.flatMap(({ edit }) => (settling.has(edit.id) ? [] : [edit.id])))],
  );
  return changed;
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

/**
 * Writes down what a human has to look at, with what its author had seen when he wrote it; a refused group is one thing, so is one
 * that met removed records, and so is a refused creation with what follows it.
 */
class AttentionNotes {
  /** The entry of a group, by group. */
  readonly #entryByGroup = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly reply: Pick<SyncReply, "now" | "rows">,
  ) {}

  note(edit: Edit, verdict: Verdict, seen: Doc | null): void {
    if (verdict.verdict === "conflict" && edit.kind === "held_edit") {
      const applied = this.#appliedBy(edit, seen);
      // With the decision beside it: what it applied is not this person's own (`forgetOthers`).
      if (applied !== null) this.#add(this.#make(applied.edit, verdict, applied.seen), edit, verdict, false);
      return;
    }
    const isWhole = REFUSED.has(verdict.verdict) || verdict.verdict === "merged";
    // A part of a group that met a removed record stands apart from one that was refused.
    const group = isWhole && edit.group !== undefined ? `${verdict.verdict} ${edit.group}` : undefined;
    const known = group === undefined ? undefined : this.#entryByGroup.get(group);
    const creation = known === undefined ? this.#entryOfCreation(edit, verdict) : undefined;
    const entry = known ?? creation ?? this.#make(edit, verdict, seen);
    if (known !== undefined || creation !== undefined) this.#add(entry, edit, verdict, creation === undefined);
    if (group !== undefined) this.#entryByGroup.set(group, entry);
  }

  /**
   * What a decision applied to its target, and what stood there; null where the device has not got the offer (SPEC R49). Of the target
   * the page may not have come yet: then the offer says what it is.
   */
  #appliedBy(decision: Edit, heldEdit: Doc | null): { readonly edit: Edit; readonly seen: Doc } | null {
    const {
      target_kind: kind,
      target: id,
      customer,
      values,
    } = (heldEdit ?? this.#docOf("held_edit", decision.id))?.v ?? {};
    if (typeof kind !== "string" || typeof id !== "string" || !isKind(kind) || values == null) return null;
    const found = this.database.get<{ root: string; doc: string }>(`SELECT root, doc FROM "${kind}" WHERE id = ?`, [
      id,
    ]);
    const root = found?.root ?? customer;
    if (typeof root !== "string") return null;
    const edit: Edit = { ...decision, kind, id, root, v: values as Edit["v"], base: {} };
    return { edit, seen: found === undefined ? { v: {}, s: {} } : JSON.parse(found.doc) };
  }

  /** The entry of the refused creation that an edit could only follow, if it is one (SPEC R44). */
  #entryOfCreation({ id, root }: Edit, { code, field }: Verdict): number | undefined {
    if (code !== "missing_root" && code !== "missing_field") return undefined;
    if (code === "missing_field") {
      const isKnown = "SELECT 1 FROM shadow WHERE id = ? AND doc IS NOT NULL";
      if (this.database.get(isKnown, [id]) !== undefined) return undefined;
    }
    return this.database.get<{ n: number }>(
      `SELECT n FROM attention WHERE verdict IN ('rejected', 'held')
         AND (id = ?1 OR EXISTS (SELECT 1 FROM json_each(more) WHERE value ->> 'id' = ?1)) ORDER BY n DESC LIMIT 1`,
      [code === "missing_root" && field !== "id" ? root : id],
    )?.n;
  }

  /** Returns the entry's number. */
  #make(edit: Edit, verdict: Verdict, seen: Doc | null): number {
    const stands = verdict.verdict === "conflict" ? this.#stampsIn(edit.id) : null;
    const losers = (verdict.losers ?? []).map(({ field, value, at, person = "", winner = "" }) => ({
      // By that it can be told later whether what stands is still what the verdict speaks of.
      ...(stands?.has(field) && { stands: stands.get(field) }),
      field,
      value,
      at: msFromStamp(at),
      person,
      winner,
    }));
    const base: { [field: string]: Json } = {};
    for (const field of Object.keys(edit.v)) base[field] = seen?.v[field] ?? null;
    this.database.run(
      `INSERT INTO attention (verdict, code, field, kind, id, root, edit, stamp, base, losers, about, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        verdict.verdict,
        verdict.code ?? "",
        verdict.field ?? losers[0]?.field ?? "",
        edit.kind,
        edit.id,
        edit.root,
        JSON.stringify(edit.v),
        edit.at,
        JSON.stringify(base),
        JSON.stringify(losers),
        this.#nameOf(edit.root),
        this.reply.now,
      ],
    );
    return this.database.get<{ n: number }>("SELECT max(n) AS n FROM attention")?.n ?? 0;
  }

  /** The stamps of a record's row, which follows its verdict (SPEC R53); null where a later page brings it. */
  #stampsIn(id: string): ReadonlyMap<string, string> | null {
    for (const rows of Object.values(this.reply.rows)) {
      const row = rows.find(({ i, k }) => i === id && isKind(k));
      if (row !== undefined) return unpackStamps(docFromRow(row));
    }
    return null;
  }

  /** What a customer is called here, "" for other roots. */
  #nameOf(root: string): string {
    const found = this.#docOf("customer", root);
    return found === null ? "" : labelOf("customer", found.v);
  }

  #docOf(kind: Kind, id: string): Doc | null {
    const found = this.database.get<{ doc: string }>(`SELECT doc FROM "${kind}" WHERE id = ?`, [id]);
    return found === undefined ? null : JSON.parse(found.doc);
  }

  /** One more edit of an entry; `isToBlame` where its verdict may name a field that has to be mended. */
  #add(entry: number, { kind, id, root, v }: Edit, { verdict, field = "" }: Verdict, isToBlame: boolean): void {
    const isHeld = verdict === "held";
    const part = JSON.stringify({ kind, id, root, v, field: isToBlame ? field : "", ...(isHeld && { held: true }) });
    this.database.run("UPDATE attention SET more = json_insert(more, '$[#]', json(?)) WHERE n = ?", [part, entry]);
  }
}

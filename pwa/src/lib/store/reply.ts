/**
 * Applying a reply: verdicts, rows, markers, repairs, revocations and cursors, all in one transaction (SPEC R33, R38, R42, R55, R57,
 * R58, R64).
 */
import { checksumOfKind, partitionEndings } from "$sync/checksum.ts";
import { docFromRow, type Row, type SyncReply } from "$sync/messages.ts";
import type { Doc } from "$sync/record.ts";
import { ARCHIVED, MOVED } from "$sync/schema.gen.ts";
import { WrittenRow } from "../sync/written-rows.ts";
import { awaitsRoom, forgetOthers } from "./attention.ts";
import type { Checks } from "./checks.ts";
import { type Asked, isUnmet, Readings, readCursors } from "./cursors.ts";
import type { Database } from "./database.ts";
import { sureUpTo } from "./exchanged.ts";
import { forgetCovered } from "./kept-edits.ts";
import { noteContact } from "./lease.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import { offerAgain, offerFormer } from "./numbering.ts";
import { forgetAllOlder } from "./older.ts";
import { settleStamp } from "./outbox.ts";
import type { Topic } from "./query.ts";
import { type Confirmation, NOWHERE, type Place, RecordWriter } from "./records.ts";
import { isIndexed, isKind } from "./tables.ts";
import { noteUnanswered } from "./unanswered.ts";
import { editsOf, overlay, takeVerdicts } from "./verdicts.ts";

/** What a reply changed. */
export interface Applied {
  readonly changed: ReadonlySet<Topic>;
  /** Rows stored. */
  readonly rows: number;
}

/** What is known beside the reply. */
export interface ReplyContext {
  readonly person: string;
  /** This device's number. */
  readonly device: number;
  /** The clock's new offset to the server's, in milliseconds. */
  readonly offset: number;
  readonly checks: Checks;
  /** The request that is answered. */
  readonly asked: Asked;
}

/** An aggregate that left its bucket, and files: their bytes lie elsewhere, and are let go of by what is told here. */
const WAITED_FOR: ReadonlySet<string> = new Set([MOVED, "file"]);

/** Stores what a reply brought. */
export function applyReply(database: Database, reply: SyncReply, context: ReplyContext): Applied {
  return database.transaction(() => {
    const applying = new Applying(database, reply, context);
    const rows = applying.run();
    writeMeta(database, "offset", context.offset);
    noteContact(database, reply.now);
    writeMeta(database, "lease", reply.lease);
    writeMeta(database, "grants", JSON.stringify(reply.grants));
    if (reply.view !== "" && applying.isInView) {
      if (readMeta(database, "view") !== reply.view) forgetAllOlder(database);
      writeMeta(database, "view", reply.view);
    }
    if (forgetOthers(database, context.person)) applying.changed.add("attention");
    if (!reply.more) settleStamp(database, reply.now);
    if (isWiping(reply)) writeMeta(database, "wiping", 1);
    return { changed: applying.changed, rows };
  });
}

/**
 * Whether the next answer brings all of this again where a cut of power takes it back: what others wrote, and how far that has been read.
 * Not what the server says once, to this device alone, nor what takes something away from whoever holds it (docs/decisions/0252).
 */
export function isBroughtAgain(database: Database, reply: SyncReply): boolean {
  if (reply.verdicts.length > 0) return false;
  if (!isIndexed(database)) return true; // the first load
  if (reply.control.length > 0 || reply.pushed !== readNumber(database, "ack")) return false;
  if (JSON.stringify(reply.grants) !== readMeta(database, "grants")) return false;
  if (reply.view !== (readMeta(database, "view") ?? "") || reply.lease !== readNumber(database, "lease")) return false;
  const cursors = readCursors(database);
  if (Object.entries(reply.cursors).some(([bucket, [epoch]]) => cursors[bucket]?.[0] !== epoch)) return false;
  return !Object.values(reply.rows).some((rows) => rows.some(({ k }) => WAITED_FOR.has(k)));
}

/** Whether the device is to be wiped: it is granted nothing then that could tell of a restore (SPEC R58). */
function isWiping({ control }: SyncReply): boolean {
  return control.some((asked) => asked.control === "wipe");
}

class Applying {
  readonly changed: Set<Topic> = new Set();
  readonly #writer: RecordWriter;
  readonly #readings: Readings;
  /** Whether edits are left that this reply does not acknowledge. */
  #isAnyWaiting = false;

  constructor(
    private readonly database: Database,
    private readonly reply: SyncReply,
    private readonly context: ReplyContext,
  ) {
    this.#writer = new RecordWriter(database);
    this.#readings = new Readings(database, reply, context.asked);
  }

  /** Whether the rows were held in the view that the request named: one of another view has been overtaken. */
  get isInView(): boolean {
    return this.#readings.isInView;
  }

  run(): number {
    const { database, reply, context } = this;
    this.#offerAgain();
    const { unanswered = 0 } = context.asked;
    const { isRestored } = this.#readings;
    noteUnanswered(database, unanswered, isRestored);
    const taking = { device: context.device, isRestored };
    for (const topic of takeVerdicts(database, this.#writer, reply, taking)) this.changed.add(topic);
    // After the verdicts: one may be given again, for a record that has left since. The page that begins has the rest.
    this.#readings.begin();
    this.#writer.beginRounds();
    context.checks.noteResets(this.#readings.resets);
    forgetCovered(database, context.device, reply.covered);
    this.#isAnyWaiting = database.get("SELECT 1 FROM outbox LIMIT 1") !== undefined;
    const stored = this.#storeRows();
    this.#dropUnrepaired();
    this.#readings.finish((bucket, round) => this.#sweep(bucket, round));
    this.#dropRevoked();
    if (this.#readings.isRestored) this.#doubtUnplaced();
    for (const topic of this.#writer.finish()) this.changed.add(topic);
    this.#readings.save(this.#isAnyWaiting || awaitsRoom(database));
    // One that knows fewer edits sums up less than what later verdicts have confirmed here.
    const isOvertaken = reply.pushed < readNumber(database, "ack");
    if (!isOvertaken) context.checks.compare(reply, (bucket) => this.#readings.isStale(bucket));
    return stored;
  }

  /** A restored server has less of this device than it once acknowledged, or does not know it by this number (SPEC R48). */
  #offerAgain(): void {
    const { database, reply, context } = this;
    const { isRestored } = this.#readings;
    if (!isRestored && !isWiping(reply)) return; // fewer edits than acknowledged would be those of an overtaken reply
    const isBehind = sureUpTo(database, context.device, reply.pushed) < readNumber(database, "ack");
    if (isBehind) offerAgain(database, context.device, reply.pushed, reply.now);
    const isOffered = isRestored && offerFormer(database, context.device, reply);
    if (isBehind || isOffered) this.changed.add("outbox");
  }

  // ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #storeRows(): number {
    const homeByRoot = new Map<string, number>();
    let stored = 0;
    for (const [bucket, rows] of Object.entries(this.reply.rows)) {
      if (this.#readings.isStale(bucket)) continue;
      const isRepaired = this.reply.repair[bucket] !== undefined;
      const archived = new Set<string>();
      for (const row of rows) {
        if (row.k === MOVED) homeByRoot.set(row.r, Math.max(row.h ?? 0, homeByRoot.get(row.r) ?? 0));
        else if (row.k === ARCHIVED) for (const id of archivedIds(row)) archived.add(id);
        else {
          archived.delete(row.i);
          if (this.#storeRow(bucket, row, isRepaired)) stored += 1;
        }
      }
      this.#dropArchived(bucket, archived);
    }
    this.#dropMoved(homeByRoot);
    return stored;
  }

  /** Makes a row the confirmed state of its record, under the edits that still wait. False if it was not taken. */
  #storeRow(bucket: string, row: Row, isRepaired: boolean): boolean {
    const place = { root: row.r, bucket, home: row.h ?? 0 };
    if (!isKind(row.k)) return this.#storeStranger(row, place, isRepaired);
    const kind = row.k;
    const written = row instanceof WrittenRow ? row : null;
    const confirmed: Doc = written ?? docFromRow(row);
    const json = written?.doc ?? JSON.stringify(confirmed);
    const sum = checksumOfKind(kind, row.i, place.home, confirmed, written?.groups);
    const confirmation = this.#writer.confirmation(bucket, sum);
    const isWaiting = this.#isWaiting(row.i);
    if (!isWaiting && this.#writer.putNew(kind, row.i, place, confirmed, confirmation, json)) return true;
    const held = this.#writer.find(kind, row.i);
    if (!isRepaired && this.#hasMovedOn(held, place)) return false;
    if (!isWaiting) {
      this.#writer.put(kind, row.i, place, confirmed, held, confirmation, json);
      return true;
    }
    this.database.run("INSERT OR REPLACE INTO shadow (id, kind, doc) VALUES (?, ?, ?)", [row.i, kind, json]);
    const visible = overlay(kind, docFromRow(row), editsOf(this.database, row.i)) ?? docFromRow(row);
    this.#writer.put(kind, row.i, place, visible, held, confirmation);
    return true;
  }

  #isWaiting(id: string): boolean {
    return this.#isAnyWaiting && this.database.get("SELECT 1 FROM outbox WHERE id = ? LIMIT 1", [id]) !== undefined;
  }

  #storeStranger(row: Row, place: Place, isRepaired: boolean): boolean {
    const held = this.#writer.findStranger(row.i);
    if (!isRepaired && this.#hasMovedOn(held, place)) return false;
    const doc = docFromRow(row);
    const confirmation = this.#writer.confirmation(place.bucket, checksumOfKind(row.k, row.i, place.home, doc));
    this.#writer.putStranger(row.k, row.i, place, JSON.stringify(doc), held, confirmation);
    return true;
  }

  /** Records left a bucket for its archive: they go, edits not yet sent excepted (SPEC R39). */
  #dropArchived(bucket: string, ids: ReadonlySet<string>): void {
    if (ids.size === 0) return;
    this.#writer.removeWhere("x.id IN (SELECT value FROM json_each(?)) AND x.bucket = ?", [
      JSON.stringify([...ids]),
      bucket,
    ]);
  }

  /**
   * The aggregate has moved on already: a page of its old bucket came late (SPEC R33). Not where the bucket that it is held in is
   * granted no more, or is read again and has not brought it: a restored server may know nothing of the move (SPEC R32).
   */
  #hasMovedOn(held: (Place & Confirmation) | undefined, { home }: Place): boolean {
    if (held === undefined || held.home <= home || !this.reply.grants.includes(held.bucket)) return false;
    return !isUnmet(this.database, held.bucket, held.round);
  }

  /** An aggregate left a bucket: it goes, unless a newer home revision of it is held already (SPEC R33). */
  #dropMoved(homeByRoot: ReadonlyMap<string, number>): void {
    if (homeByRoot.size > 0) this.#writer.removeAggregates(homeByRoot);
  }

  /**
   * What is no longer granted goes, edits not yet sent excepted (SPEC R57). As long as any wait, or may be sent again once custody has
   * room for them, the cursor stays, at 0: it tells the server that what they change was in the author's hands, so that it keeps them for
   * somebody who may.
   */
  #dropRevoked(): void {
    const grants = JSON.stringify(this.reply.grants);
    const before = this.database.all<{ bucket: string }>(
      "SELECT bucket FROM cursor WHERE bucket NOT IN (SELECT value FROM json_each(?))",
      [grants],
    );
    if (before.length === 0) return;
    this.#writer.removeWhere("x.bucket NOT IN (SELECT value FROM json_each(?))", [grants]);
    const change =
      this.#isAnyWaiting || awaitsRoom(this.database)
        ? "UPDATE cursor SET seq = 0, complete = 0, sweep = 0, suspect = 0"
        : "DELETE FROM cursor";
    this.database.run(`${change} WHERE bucket NOT IN (SELECT value FROM json_each(?))`, [grants]);
  }

  /** What an unsent edit keeps where nothing is granted, a restored server may not have (SPEC R32, R57). */
  #doubtUnplaced(): void {
    for (const { id, kind } of this.database.all<{ id: string; kind: string }>("SELECT id, kind FROM shadow")) {
      if (isKind(kind) && this.#writer.find(kind, id)?.bucket === NOWHERE) {
        this.database.run("UPDATE shadow SET doc = NULL WHERE id = ?", [id]);
      }
    }
  }

  // ── What the server does not have ─────────────────────────────────────────────────────────────────────────────────

  /** A bucket has been read again up to its head: what was not met in this round is not there (SPEC R38). */
  #sweep(bucket: string, round: number): void {
    this.#dropAbsent("x.bucket = ? AND x.round <> ?", [bucket, round]);
  }

  /** Of a repaired partition the reply has every row that there is (SPEC R64). */
  #dropUnrepaired(): void {
    for (const [bucket, partitions] of Object.entries(this.reply.repair)) {
      if (this.#readings.isStale(bucket)) continue;
      const met = (this.reply.rows[bucket] ?? []).map(({ i }) => i);
      this.#dropAbsent(
        `x.bucket = ? AND substr(x.id, -2) IN (SELECT value FROM json_each(?)) AND x.id NOT IN (SELECT value FROM json_each(?))`,
        [bucket, JSON.stringify(partitions.flatMap(partitionEndings)), JSON.stringify(met)],
      );
      writeMeta(this.database, "repairs", readNumber(this.database, "repairs") + partitions.length);
    }
  }

  /** Lets go of confirmed rows that the server does not have; under an unsent edit nothing is confirmed any more. */
  #dropAbsent(condition: string, values: readonly (string | number)[]): void {
    const isKnown = "(x.sum IS NOT NULL OR x.id NOT IN (SELECT id FROM outbox))";
    for (const id of this.#writer.removeWhere(`${condition} AND ${isKnown}`, values)) {
      this.database.run("UPDATE shadow SET doc = NULL WHERE id = ?", [id]);
    }
  }
}

/** The records that a marker names. */
function archivedIds({ v }: Row): readonly string[] {
  const ids = v?.ids;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

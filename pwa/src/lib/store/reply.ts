/** Applying a reply: verdicts, rows, markers, revocations and cursors, all in one transaction (SPEC R33, R42, R55, R57, R58). */

import { msFromStamp } from "$sync/clock.ts";
import { docFromRow, type Edit, type Row, type SyncReply, type Verdict } from "$sync/messages.ts";
import { type Doc, mergeEdit } from "$sync/record.ts";
import { ENTITY_TYPES, type Kind, type VerdictKind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import type { Topic } from "./query.ts";
import { RecordWriter } from "./records.ts";
import { isKind, KINDS } from "./tables.ts";

/** What a reply changed. */
export interface Applied {
  readonly changed: ReadonlySet<Topic>;
  /** Rows stored. */
  readonly rows: number;
}

/** How many sent edits the Sync screen can look back on. */
const SENT_KEPT = 200;
/** A row whose aggregate moved out of sight while an edit of it waits: it belongs nowhere until the server has the edit. */
const NOWHERE = "";
const WANTS_A_HUMAN: ReadonlySet<VerdictKind> = new Set(["conflict", "held", "rejected"]);

/** Stores what a reply brought. `offset` is the clock's new offset to the server's, in milliseconds. */
export function applyReply(database: Database, reply: SyncReply, offset: number): Applied {
  return database.transaction(() => {
    const applying = new Applying(database, reply);
    const rows = applying.run();
    writeMeta(database, "offset", offset);
    writeMeta(database, "contact", reply.now);
    writeMeta(database, "grants", JSON.stringify(reply.grants));
    if (reply.view !== "") writeMeta(database, "view", reply.view);
    return { changed: applying.changed, rows };
  });
}

class Applying {
  readonly changed: Set<Topic> = new Set();
  readonly #writer: RecordWriter;
  /** Records with edits that are still not acknowledged after this reply. */
  #waiting: ReadonlySet<string> = new Set();

  constructor(
    private readonly database: Database,
    private readonly reply: SyncReply,
  ) {
    this.#writer = new RecordWriter(database);
  }

  run(): number {
    this.#takeVerdicts();
    this.#waiting = new Set(this.database.all<{ id: string }>("SELECT DISTINCT id FROM outbox").map(({ id }) => id));
    const movedByHome = new Map<string, number>();
    let stored = 0;
    for (const [bucket, rows] of Object.entries(this.reply.rows)) {
      if (this.#isStale(bucket)) continue;
      for (const row of rows) {
        if (row.k === "moved") movedByHome.set(row.r, Math.max(row.h ?? 0, movedByHome.get(row.r) ?? 0));
        else if (this.#storeRow(bucket, row)) stored += 1;
      }
    }
    this.#dropMoved(movedByHome);
    this.#dropRevoked();
    for (const topic of this.#writer.finish()) this.changed.add(topic);
    this.#storeCursors();
    return stored;
  }

  /** A repeated or overtaken reply: the device has read further in this bucket already (SPEC R54). */
  #isStale(bucket: string): boolean {
    if (this.#isReset(bucket)) return false;
    const held = this.database.get<{ epoch: number; seq: number }>("SELECT epoch, seq FROM cursor WHERE bucket = ?", [
      bucket,
    ]);
    const cursor = this.reply.cursors[bucket];
    return held !== undefined && cursor !== undefined && cursor[0] === held.epoch && cursor[1] < held.seq;
  }

  /** The server reads this bucket to the device from 0, whatever its cursor said (SPEC R32, R58). */
  #isReset(bucket: string): boolean {
    return this.reply.control.some((asked) => asked.control === "reset" && asked.bucket === bucket);
  }

  // ── Verdicts ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #takeVerdicts(): void {
    const { pushed } = this.reply;
    const verdictByNumber = new Map(this.reply.verdicts.map((verdict) => [verdict.n, verdict]));
    const edits = this.database
      .all<{ edit: string }>("SELECT edit FROM outbox WHERE n <= ? ORDER BY n", [pushed])
      .map(({ edit }): Edit => JSON.parse(edit));
    const idsByKind = new Map<string, Kind>();
    const refused = new Set<string>();
    for (const edit of edits) {
      if (!isKind(edit.kind)) continue;
      const verdict: Verdict = verdictByNumber.get(edit.n) ?? { n: edit.n, verdict: "applied" };
      idsByKind.set(edit.id, edit.kind);
      if (verdict.verdict === "rejected" || verdict.verdict === "held") refused.add(edit.id);
      else this.#confirm(edit.kind, edit);
      this.#note(edit, verdict);
    }
    this.database.run("DELETE FROM outbox WHERE n <= ?", [pushed]);
    for (const [id, kind] of idsByKind) this.#settle(kind, id, refused.has(id));
    if (pushed > readNumber(this.database, "ack")) writeMeta(this.database, "ack", pushed);
    if (edits.length === 0) return;
    this.database.run("DELETE FROM sent WHERE n <= (SELECT max(n) FROM sent) - ?", [SENT_KEPT]);
    this.changed.add("outbox").add("sent");
  }

  /** Folds a taken edit into the confirmed state. */
  #confirm(kind: Kind, edit: Edit): void {
    const shadow = this.database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [edit.id]);
    if (shadow === undefined) return;
    const confirmed: Doc | null = shadow.doc === null ? null : JSON.parse(shadow.doc);
    const { doc } = mergeEdit(ENTITY_TYPES[kind], confirmed, edit.v, edit.at);
    this.database.run("UPDATE shadow SET doc = ? WHERE id = ?", [JSON.stringify(doc), edit.id]);
  }

  #note(edit: Edit, verdict: Verdict): void {
    const { n, kind, id, root } = edit;
    this.database.run("INSERT OR REPLACE INTO sent (n, kind, id, root, verdict, at) VALUES (?, ?, ?, ?, ?, ?)", [
      n,
      kind,
      id,
      root,
      verdict.verdict,
      this.reply.now,
    ]);
    if (!WANTS_A_HUMAN.has(verdict.verdict)) return;
    const losers = (verdict.losers ?? []).map(({ field, value, at, person = "" }) => ({
      field,
      value,
      at: msFromStamp(at),
      person,
    }));
    this.database.run(
      `INSERT INTO attention (verdict, code, field, kind, id, root, edit, losers, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        verdict.verdict,
        verdict.code ?? "",
        verdict.field ?? losers[0]?.field ?? "",
        kind,
        id,
        root,
        JSON.stringify(edit.v),
        JSON.stringify(losers),
        this.reply.now,
      ],
    );
    this.changed.add("attention");
  }

  /** After verdicts: the visible row is the confirmed state with the edits still waiting; without any, the shadow goes. */
  #settle(kind: Kind, id: string, isRefused: boolean): void {
    const shadow = this.database.get<{ doc: string | null }>("SELECT doc FROM shadow WHERE id = ?", [id]);
    if (shadow === undefined) return;
    const waiting = this.#editsOf(id);
    if (isRefused) {
      const held = this.#writer.find(kind, id);
      const doc = overlay(kind, shadow.doc === null ? null : JSON.parse(shadow.doc), waiting);
      if (held !== undefined && doc === null) this.#writer.remove(kind, id, held);
      else if (held !== undefined && doc !== null) this.#writer.put(kind, id, held, doc, held);
    }
    if (waiting.length === 0) this.database.run("DELETE FROM shadow WHERE id = ?", [id]);
  }

  #editsOf(id: string): Edit[] {
    return this.database
      .all<{ edit: string }>("SELECT edit FROM outbox WHERE id = ? ORDER BY n", [id])
      .map(({ edit }) => JSON.parse(edit));
  }

  // ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes a row the confirmed state of its record, under the edits that still wait. False if it was not taken. */
  #storeRow(bucket: string, row: Row): boolean {
    if (!isKind(row.k)) return false; // of a newer schema; read again after the upgrade
    const kind = row.k;
    const held = this.#writer.find(kind, row.i);
    const home = row.h ?? 0;
    // The aggregate has moved on already: a page of its old bucket came late (SPEC R33).
    if (held !== undefined && held.home > home && held.bucket !== NOWHERE) return false;
    const confirmed = docFromRow(row);
    const json = JSON.stringify(confirmed);
    const place = { root: row.r, bucket, home };
    if (!this.#waiting.has(row.i)) {
      this.#writer.put(kind, row.i, place, confirmed, held, json);
      return true;
    }
    this.database.run("UPDATE shadow SET doc = ? WHERE id = ?", [json, row.i]);
    const visible = overlay(kind, confirmed, this.#editsOf(row.i)) ?? confirmed;
    this.#writer.put(kind, row.i, place, visible, held);
    return true;
  }

  /** An aggregate left a bucket: it goes, unless a newer home revision of it is held already (SPEC R33). */
  #dropMoved(homeByRoot: ReadonlyMap<string, number>): void {
    if (homeByRoot.size === 0) return;
    const moved = JSON.stringify([...homeByRoot].map(([root, home]) => ({ root, home })));
    const condition = `EXISTS (SELECT 1 FROM json_each(?) m WHERE m.value ->> 'root' = x.root AND m.value ->> 'home' > x.home)`;
    for (const kind of KINDS) {
      this.database.run(
        `UPDATE "${kind}_row" AS x SET bucket = ? WHERE x.id IN (SELECT id FROM outbox) AND ${condition}`,
        [NOWHERE, moved],
      );
    }
    this.#writer.removeWhere(`${condition} AND x.id NOT IN (SELECT id FROM outbox)`, [moved]);
  }

  /** What is no longer granted goes, edits not yet sent excepted (SPEC R57). */
  #dropRevoked(): void {
    const grants = JSON.stringify(this.reply.grants);
    const before = this.database.all<{ bucket: string }>(
      "SELECT bucket FROM cursor WHERE bucket NOT IN (SELECT value FROM json_each(?))",
      [grants],
    );
    // Rows that outstayed their bucket because an edit of them waited go once it has its verdict.
    const outstayed = this.changed.has("outbox");
    if (before.length === 0 && !outstayed) return;
    this.#writer.removeWhere(
      "x.bucket NOT IN (SELECT value FROM json_each(?)) AND x.id NOT IN (SELECT id FROM outbox)",
      [grants],
    );
    this.database.run("DELETE FROM cursor WHERE bucket NOT IN (SELECT value FROM json_each(?))", [grants]);
  }

  // ── Cursors ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #storeCursors(): void {
    const complete = new Set(this.reply.complete);
    for (const [bucket, [epoch, seq]] of Object.entries(this.reply.cursors)) {
      if (this.#isStale(bucket)) continue;
      this.database.run(
        `INSERT INTO cursor (bucket, epoch, seq, complete) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (bucket) DO UPDATE SET epoch = ?2, seq = ?3, complete = max(complete, ?4)`,
        [bucket, epoch, seq, complete.has(bucket) ? 1 : 0],
      );
    }
  }
}

/** Tells whether everything granted has been read up to its head at least once. */
export function isComplete(database: Database): boolean {
  const grants = readMeta(database, "grants");
  if (grants === null) return false;
  const found = database.get<{ n: number }>(
    "SELECT count(*) AS n FROM json_each(?) g WHERE NOT EXISTS (SELECT 1 FROM cursor WHERE bucket = g.value AND complete = 1)",
    [grants],
  );
  return found?.n === 0;
}

/** The confirmed state with edits over it; null if there is neither. */
function overlay(kind: Kind, confirmed: Doc | null, edits: readonly Edit[]): Doc | null {
  return edits.reduce<Doc | null>((doc, edit) => mergeEdit(ENTITY_TYPES[kind], doc, edit.v, edit.at).doc, confirmed);
}

/** The store without its surroundings: one database, one person. The worker and the tests talk to it; it never waits. */
import { encode } from "$sync/base32.ts";
import { DEVICE_WIDTH, offsetFromReply } from "$sync/clock.ts";
import { newId, RANDOM_BYTES } from "$sync/identifier.ts";
import type { Cursor, DeviceReport, Edit, SyncReply, SyncRequest } from "$sync/messages.ts";
import { FIRST_BUDGET, MAX_EDITS, PROTOCOL, SCHEMA_HASH } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Change, WriteResult } from "./change.ts";
import type { Database } from "./database.ts";
import { extendGrams } from "./grams.ts";
import { readMeta, readNumber, writeMeta } from "./meta.ts";
import { restoreEdit, writeChanges } from "./outbox.ts";
import { type ParametersOf, QUERIES, type QueryName, type ResultOf } from "./queries/index.ts";
import type { Query, Topic } from "./query.ts";
import { deriveLastVisits, RecordWriter } from "./records.ts";
import { applyReply, isComplete } from "./reply.ts";
import type { Phase } from "./status.ts";
import { createIndexes, isIndexed, KINDS, openTables, rebuildTables } from "./tables.ts";

/** What the engine needs from the world. */
export interface World {
  /** Milliseconds since 1970 UTC by this device's own clock. */
  now(): number;
  /** Fills the array with random bytes. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Bytes of edits in one request; the server takes 4 MiB, the rest is left to the envelope and to slow networks. */
const MAX_PUSH_BYTES = 1024 * 1024;

/** Unsent edits with the counters that belong to them. */
export interface Unsent {
  readonly device: number;
  readonly stamp: string | null;
  readonly edits: number;
  readonly ack: number;
  readonly unsent: readonly Edit[];
}

/** One person's store. Methods are synchronous; each that writes is one transaction. */
export class Engine {
  #rowsStored = 0;
  readonly #numbers = new Map<string, number>();
  #listener: (topics: ReadonlySet<Topic>) => void = () => {};

  /** Opens, migrates or rebuilds the tables. StoreError "not_open" if a newer version of the app made them. */
  constructor(
    private readonly database: Database,
    readonly account: Account,
    private readonly world: World,
  ) {
    if (openTables(database) === "other_schema") this.#rebuild();
    const device = readNumber(database, "device", account.device);
    if (device !== account.device) this.#adoptDevice();
    writeMeta(database, "device", account.device);
    this.#indexWhenComplete();
  }

  /** Sets who hears of changes; one listener. */
  onChange(listener: (topics: ReadonlySet<Topic>) => void): void {
    this.#listener = listener;
  }

  /** Milliseconds since 1970 UTC by the server's clock. */
  now(): number {
    return this.world.now() + this.clockOffset;
  }

  /** Milliseconds from this device's clock to the server's (SPEC R5). */
  get clockOffset(): number {
    return readNumber(this.database, "offset");
  }

  // ── Screens ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Answers a query. */
  query<N extends QueryName>(name: N, parameters: ParametersOf<N>): ResultOf<N> {
    // TypeScript cannot see that the two lookups by one name belong together.
    const query = QUERIES[name] as unknown as Query<ParametersOf<N>, ResultOf<N>>;
    return query.run(this.database, parameters, {
      now: this.now(),
      account: this.account,
      remembered: this.#remembered,
    });
  }

  /** Saves changes or refuses them; the same `key` again gives the same answer. */
  write(changes: readonly Change[], key: string, together = false): WriteResult {
    const { result, changed } = writeChanges(this.database, changes, {
      account: this.account,
      now: this.now(),
      key,
      group: together ? this.newId() : "",
    });
    this.#tell(changed);
    return result;
  }

  /** Takes something off the list of what needs a look. */
  dismiss(attention: number): void {
    this.database.run("DELETE FROM attention WHERE n = ?", [attention]);
    this.#tell(new Set<Topic>(["attention"]));
  }

  /** Returns a new id. */
  newId(): string {
    const bytes = new Uint8Array(RANDOM_BYTES);
    this.world.random(bytes);
    return newId(this.now(), bytes);
  }

  /** Returns what is not yet at the server, as JSON text with the person and the device. */
  exportUnsent(): string {
    const { person, device } = this.account;
    return JSON.stringify({ person, device, exported_at: this.now(), edits: this.unsent() }, null, 2);
  }

  // ── Synchronisation ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Edits saved and not yet acknowledged. */
  get waiting(): number {
    return this.#count("SELECT count(*) AS n FROM outbox");
  }

  /** Things that want a human. */
  get attention(): number {
    return this.#count("SELECT count(*) AS n FROM attention");
  }

  /** When the server last answered, by its clock; null for never. */
  get lastContact(): number | null {
    const contact = readNumber(this.database, "contact");
    return contact === 0 ? null : contact;
  }

  get budget(): number {
    return readNumber(this.database, "budget", FIRST_BUDGET);
  }

  set budget(bytes: number) {
    writeMeta(this.database, "budget", bytes);
  }

  get storedBytes(): number {
    return this.database.size();
  }

  /** How far each bucket has been read. */
  cursors(): { [bucket: string]: Cursor } {
    const rows = this.database.all<{ bucket: string; epoch: number; seq: number }>(
      "SELECT bucket, epoch, seq FROM cursor",
    );
    return Object.fromEntries(rows.map(({ bucket, epoch, seq }) => [bucket, [epoch, seq] as const]));
  }

  /** The first load, or "ready" once everything granted has been read up to its head. */
  get phase(): Phase {
    if (isIndexed(this.database)) return { name: "ready" };
    const grants: string[] = JSON.parse(readMeta(this.database, "grants") ?? "[]");
    const bucketsComplete = this.#count("SELECT count(*) AS n FROM cursor WHERE complete = 1");
    return { name: "first_sync", rows: this.#rowsStored, bucketsComplete, buckets: grants.length };
  }

  /** Edits to be sent, oldest first; all of them, or as many as one request takes. */
  unsent(limit = Number.MAX_SAFE_INTEGER, bytes = Number.POSITIVE_INFINITY): Edit[] {
    const edits: Edit[] = [];
    let size = 0;
    for (const { edit } of this.database.all<{ edit: string }>("SELECT edit FROM outbox ORDER BY n LIMIT ?", [limit])) {
      size += edit.length;
      if (edits.length > 0 && size > bytes) break;
      edits.push(JSON.parse(edit));
    }
    return edits;
  }

  /** Returns the next request (SPEC R50). `share` of 1 sends as many edits as allowed, a smaller one fewer. */
  request(report: DeviceReport, share = 1): SyncRequest {
    const edits = this.unsent(Math.max(1, Math.floor(MAX_EDITS * share)), MAX_PUSH_BYTES * share);
    const waiting = this.waiting;
    const view = readMeta(this.database, "view") ?? "";
    return {
      protocol: PROTOCOL,
      schema: SCHEMA_HASH,
      device: this.account.device,
      now: this.world.now(),
      edits,
      cursors: this.cursors(),
      ack: readNumber(this.database, "ack"),
      budget: this.budget,
      report: { ...report, waiting: waiting - edits.length },
      ...(view !== "" && { view }),
    };
  }

  /** Stores what a reply brought; `sent` and `received` by this device's own clock. */
  apply(reply: SyncReply, sent: number, received: number): void {
    // The server has more edits of this device than this store ever made: it is a new one, and its numbers are taken (SPEC R40).
    if (reply.pushed > readNumber(this.database, "edits")) this.renumber(reply.pushed + 1);
    const { changed, rows } = applyReply(this.database, reply, offsetFromReply(reply.now, sent, received));
    this.#rowsStored += rows;
    this.#tell(changed);
    this.#indexWhenComplete();
  }

  /** What has to be kept where the database does not last. */
  unsentState(): Unsent {
    const numbers = { edits: readNumber(this.database, "edits"), ack: readNumber(this.database, "ack") };
    return { device: this.account.device, stamp: readMeta(this.database, "stamp"), ...numbers, unsent: this.unsent() };
  }

  /** Takes over what was kept; only into an empty store. */
  restoreUnsent(kept: Unsent): void {
    this.database.transaction(() => {
      writeMeta(this.database, "edits", kept.edits);
      writeMeta(this.database, "ack", kept.ack);
      if (kept.stamp !== null) writeMeta(this.database, "stamp", kept.stamp);
      const writer = new RecordWriter(this.database);
      for (const edit of kept.unsent) restoreEdit(this.database, writer, edit, this.now());
      this.#tell(writer.finish().add("outbox"));
    });
    if (kept.device !== this.account.device) this.#adoptDevice();
  }

  /** Does a slice of the work that can wait; false if there is none. Call it when nothing else is to be done. */
  workOff(): boolean {
    return isIndexed(this.database) && extendGrams(this.database);
  }

  /** Gives the waiting edits contiguous numbers from `first`, the number that the server expects (SPEC R40, gap). */
  renumber(first: number): void {
    this.#replaceUnsent(first, (edit) => edit);
  }

  /**
   * The server knows this device by another number now: it starts counting at 1, and takes only stamps of that number.
   * Values that show with the old stamps are the same, and the server's rows will say the rest.
   */
  #adoptDevice(): void {
    const own = encode(this.account.device, DEVICE_WIDTH);
    this.#replaceUnsent(1, (edit) => ({ ...edit, at: edit.at.slice(0, -DEVICE_WIDTH) + own }));
  }

  #replaceUnsent(first: number, change: (edit: Edit) => Edit): void {
    this.database.transaction(() => {
      const edits = this.unsent().map(change);
      const created = this.database.all<{ n: number; created_at: number }>(
        "SELECT n, created_at FROM outbox ORDER BY n",
      );
      this.database.run("DELETE FROM outbox");
      for (const [at, edit] of edits.entries()) {
        const numbered: Edit = { ...edit, n: first + at };
        this.database.run("INSERT INTO outbox (n, kind, id, root, edit, created_at) VALUES (?, ?, ?, ?, ?, ?)", [
          numbered.n,
          edit.kind,
          edit.id,
          edit.root,
          JSON.stringify(numbered),
          created[at]?.created_at ?? this.now(),
        ]);
      }
      writeMeta(this.database, "edits", first + edits.length - 1);
      writeMeta(this.database, "ack", first - 1);
    });
  }

  /** Drops every record, keeping the edits not yet sent (SPEC R58, wipe). */
  wipe(): void {
    this.database.transaction(() => {
      const writer = new RecordWriter(this.database);
      writer.removeWhere("x.id NOT IN (SELECT id FROM outbox)", []);
      this.database.run("DELETE FROM cursor");
      this.database.run("DELETE FROM sent");
      this.database.run("DELETE FROM attention");
      this.#tell(writer.finish());
    });
  }

  readonly #remembered = (key: string, compute: () => number): number => {
    const found = this.#numbers.get(key) ?? compute();
    this.#numbers.set(key, found);
    return found;
  };

  #count(sql: string): number {
    return this.database.get<{ n: number }>(sql)?.n ?? 0;
  }

  #tell(topics: ReadonlySet<Topic>): void {
    if (topics.size === 0) return;
    this.#numbers.clear();
    this.#listener(topics);
  }

  /** The first load is there: now the indexes, which would have made it three times slower (docs/decisions/0051). */
  #indexWhenComplete(): void {
    if (isIndexed(this.database) || !isComplete(this.database)) return;
    createIndexes(this.database, deriveLastVisits);
    this.#tell(new Set<Topic>(KINDS));
  }

  /** Another version of the app declared the entities otherwise: the columns are filled again from the documents. */
  #rebuild(): void {
    this.database.transaction(() => {
      let writer: RecordWriter | null = null;
      rebuildTables(this.database, (kind, row) => {
        writer ??= new RecordWriter(this.database);
        writer.put(kind, row.id, row, JSON.parse(row.doc), undefined, row.doc);
      });
    });
  }
}

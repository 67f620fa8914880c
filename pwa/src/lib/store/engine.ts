/** The store without its surroundings: one database, one person. The worker and the tests talk to it; it never waits. */
import { offsetFromReply } from "$sync/clock.ts";
import { newId, RANDOM_BYTES } from "$sync/identifier.ts";
import type { Cursor, DeviceReport, Edit, SyncReply, SyncRequest } from "$sync/messages.ts";
import { FIRST_BUDGET } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import { countAttention, type Dismissed, dismissAttention, recallAttention } from "./attention.ts";
import type { Change, WriteResult } from "./change.ts";
import { Checks } from "./checks.ts";
import { type Asked, isComplete, readArriving, readCursors } from "./cursors.ts";
import { type Database, withoutWaiting } from "./database.ts";
import { countRefused, exportMark, refusedWork } from "./export.ts";
import { type FileRecord, fileRecord } from "./files/records.ts";
import { extendGrams } from "./grams.ts";
import { isWiping, type Lock, lockOf, noteTime } from "./lease.ts";
import { type MetaName, readMeta, readNumber, writeMeta } from "./meta.ts";
import { adoptDevice, noteNumbering, offerAgain, renumber } from "./numbering.ts";
import { keepOlder, type OlderPage, openOlder, setOlderBudget } from "./older.ts";
import { holdEdits, portionOf, queued, writeChanges } from "./outbox.ts";
import { settleNames } from "./pinyin.ts";
import type { ParametersOf, Queries, QueryName, ResultOf } from "./queries/index.ts";
import type { Topic } from "./query.ts";
import { rebuildRecords } from "./rebuilding.ts";
import { deriveLastVisits } from "./records.ts";
import { rehearseCheckIn, visitToRehearse } from "./rehearsal.ts";
import { applyReply, isBroughtAgain } from "./reply.ts";
import { requestOf } from "./request.ts";
import type { Settings } from "./rescue.ts";
import { raisesCounter } from "./restamp.ts";
import { roleOf } from "./role.ts";
import { setAside } from "./setting-aside.ts";
import type { Arriving, Phase } from "./status.ts";
import { StoreError } from "./store-error.ts";
import { createIndexes, isIndexed, KINDS, openTables } from "./tables.ts";
import {
  restoredMark,
  restoreUnsent,
  takeOver,
  type Unsent,
  type UnsentChange,
  type UnsentMark,
  unsentSince,
} from "./unsent.ts";
import type { World } from "./world.ts";

/** How soon work that can wait may go on, null if there is none. */
export type Work = "soon" | "later" | null;

/** What the number of things that want a human follows from, beside the role: a conflict counts while its record is there. */
const COUNTED: readonly Topic[] = ["attention", ...KINDS];

/** One person's store. Methods are synchronous; each that writes is one transaction. */
export class Engine {
  #rowsStored = 0;
  readonly #checks: Checks;
  /** Who signed in last. */
  #signedIn: Account;
  /** Whether the next request asks for every checksum: at the start, and after an audit has found a spoilt row. */
  #isUnverified = true;
  /** Whether the keys of names are known to be those that this runtime makes. */
  #areNamesSettled = false;
  readonly #numbers = new Map<string, number>();
  /** How many things want a human, as last counted; null when that may have changed. */
  #attention: number | null = null;
  /** How many things were refused, likewise. */
  #refused: number | null = null;
  /** How far what is granted has been read; null when that may have changed. */
  #known: Arriving | null = null;
  /** Whose store it is, with the role that he has now; null when that may have changed. */
  #account: Account | null = null;
  #listener: (topics: ReadonlySet<Topic>) => void = () => {};

  /** Opens, migrates or rebuilds the tables. StoreError "not_open" if a newer version of the app made them. */
  constructor(
    private readonly database: Database,
    account: Account,
    private readonly world: World,
    readonly queries: Queries,
  ) {
    this.#signedIn = account;
    if (openTables(database) === "other_schema") rebuildRecords(database);
    this.#checks = new Checks(database);
    this.#adoptDevice(account, readMeta(database, "device"));
    // Neither may keep a device that is full from showing, exporting and sending what is unsent. Both are done again, and told
    // then: the time with the leader's first look at the clock, the indexes after the next reply.
    ignoringFailure(() => noteTime(database, this.now()));
    ignoringFailure(() => this.#indexWhenComplete());
  }

  /**
   * Goes on under the number that the server has given this device, with all that waits. No answer to a request that was made before
   * may be applied after it.
   */
  adopt(account: Account): void {
    this.#adoptDevice(account, readMeta(this.database, "device"));
    this.#signedIn = account;
    this.#tell(new Set<Topic>([...KINDS, "outbox"]));
  }

  /** Sets who hears of changes, also of a reply that could be stored and changed nothing; one listener. */
  onChange(listener: (topics: ReadonlySet<Topic>) => void): void {
    this.#listener = listener;
  }

  /** Who signed in, with the role that he has by now. */
  get account(): Account {
    this.#account ??= { ...this.#signedIn, role: roleOf(this.database, this.#signedIn) };
    return this.#account;
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

  /** Why nothing may be read, null if it may; what waits to be sent is kept either way. */
  get lock(): Lock | null {
    return lockOf(this.database, this.now());
  }

  /** Reads what every status is made of; throws where the file is damaged there. */
  assertReadable(): void {
    void [this.phase, this.waiting, this.attention, this.refused, this.lastContact, this.lock, this.cursors()];
  }

  /** Looks at the clock; call it now and then, so that a clock that is set back does not make a lease longer. */
  noteTime(): void {
    noteTime(this.database, this.now());
  }

  /** Writes a little that changes nothing; throws while the device has no room. */
  tryRoom(): void {
    writeMeta(this.database, "budget", this.budget);
  }

  /** Answers a query. StoreError "locked" while nothing may be read, "not_fetched" for one that is not at hand. */
  query<N extends QueryName>(name: N, parameters: ParametersOf<N>): ResultOf<N> {
    this.#refuseLocked();
    return this.queries.get(name).run(this.database, parameters, {
      now: this.now(),
      account: this.account,
      remembered: this.#remembered,
      recalled: (key) => this.#numbers.get(key) ?? null,
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
    if (changed.size > 0) this.#tell(changed);
    return result;
  }

  /** Takes something off the list of what needs a look; returns it, so that it can be put back. */
  dismiss(attention: number): Dismissed | null {
    const dismissed = dismissAttention(this.database, attention);
    this.#tell(new Set<Topic>(["attention"]));
    return dismissed;
  }

  /** Puts back what was taken off the list. */
  recall(dismissed: Dismissed): void {
    this.database.transaction(() => recallAttention(this.database, [dismissed], this.account.person));
    this.#tell(new Set<Topic>(["attention"]));
  }

  /** Keeps a page of a customer's older activity; StoreError "locked" while nothing may be read. */
  keepOlder(customer: string, after: string, page: OlderPage): void {
    this.#refuseLocked();
    this.database.transaction(() => keepOlder(this.database, customer, after, page, this.now()));
    this.#tell(new Set<Topic>(["older"]));
  }

  /** Notes that a customer's older activity is looked at. */
  openOlder(customer: string): void {
    openOlder(this.database, customer, this.now());
  }

  /** Sets how many bytes of older activity are kept. */
  setOlderBudget(bytes: number): void {
    this.database.transaction(() => setOlderBudget(this.database, bytes));
    this.#tell(new Set<Topic>(["older"]));
  }

  /** Returns what the book says of a file, deleted or not; null if it is not on this device. */
  fileRecord(id: string): FileRecord | null {
    return fileRecord(this.database, id);
  }

  /** The epoch that the server lives in, as far as this device knows (SPEC R32); 0 before its first answer. */
  get life(): number {
    return readCursors(this.database).shared?.[0] ?? 0;
  }

  /** Whether files wait for a network that costs nothing. */
  get filesOnWifiOnly(): boolean {
    return readMeta(this.database, "files_wifi_only") === "1";
  }

  set filesOnWifiOnly(wifiOnly: boolean) {
    writeMeta(this.database, "files_wifi_only", wifiOnly ? "1" : "0");
  }

  /** Returns a new id. */
  newId(): string {
    const bytes = new Uint8Array(RANDOM_BYTES);
    this.world.random(bytes);
    return newId(this.now(), bytes);
  }

  /**
   * Returns what is on this device alone, as JSON text with the person and the device: what is not yet at the server, and what that
   * refused. Also when the lease is over, because it is the person's own work. StoreError "locked" where a wipe was asked for.
   */
  exportUnsent(): string {
    if (this.lock === "wipe") throw new StoreError("locked");
    const { person, device } = this.account;
    const refused = refusedWork(this.database);
    return JSON.stringify({ person, device, exported_at: this.now(), edits: this.unsent(), refused }, null, 2);
  }

  /** Names the state of what is exported: another one as soon as there is something that an export before has not got. */
  get exportMark(): string {
    return exportMark(this.database);
  }

  /** Things that the server refused, and nobody has looked at: what was written is on this device alone. */
  get refused(): number {
    this.#refused ??= countRefused(this.database);
    return this.#refused;
  }

  // ── Synchronisation ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Edits saved and not yet acknowledged. */
  get waiting(): number {
    // Their numbers are contiguous (SPEC R40): two looks into the index, however many wait.
    return this.#count("SELECT coalesce((SELECT max(n) FROM outbox) - (SELECT min(n) FROM outbox) + 1, 0) AS n");
  }

  /** Whether an edit waits whose number is above `n`. */
  waitsBeyond(n: number): boolean {
    return this.#count("SELECT coalesce((SELECT max(n) FROM outbox), 0) AS n") > n;
  }

  /** Things that want a human. */
  get attention(): number {
    this.#attention ??= countAttention(this.database, this.account.role !== "rep");
    return this.#attention;
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
    return readCursors(this.database);
  }

  /** The first load, or "ready" once everything that was granted then has been read up to its head. */
  get phase(): Phase {
    if (isIndexed(this.database)) return { name: "ready" };
    const { complete, granted } = this.#arriving;
    return { name: "first_sync", rows: this.#rowsStored, bucketsComplete: complete, buckets: granted };
  }

  /** How far what is granted has been read, while some of it has not been up to its head; null where all has. */
  get arriving(): Arriving | null {
    const { complete, granted } = this.#arriving;
    return complete === granted ? null : { complete, granted };
  }

  get #arriving(): Arriving {
    this.#known ??= readArriving(this.database) ?? { complete: 0, granted: 0 };
    return this.#known;
  }

  /** Every edit that waits to be sent, oldest first. */
  unsent(): readonly Edit[] {
    return portionOf(this.database, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY).edits;
  }

  /** Whether a bucket differs from the server's and the next request can say where (SPEC R64). */
  get isSuspect(): boolean {
    return this.#checks.isReady;
  }

  /**
   * Returns the next request (SPEC R50). `share` of 1 sends as many edits as allowed, a smaller one fewer, down to one edit or one
   * group; 0 sends none.
   */
  request(report: DeviceReport, share = 1): SyncRequest {
    return requestOf(this.database, report, {
      share,
      device: this.account.device,
      clock: this.world.now(),
      offset: this.clockOffset,
      budget: this.budget,
      waiting: this.waiting,
      checks: this.#checks,
      isUnverified: this.#isUnverified,
    });
  }

  /**
   * Stores what a reply brought; `sent` and `received` by this device's own clock, `sent` null where the answer may have waited for
   * us, so that the clock is not set by it. `asked` is the request that it answers, left out one that would be made now.
   */
  apply(
    reply: SyncReply,
    sent: number | null,
    received: number,
    asked: Asked = { cursors: this.cursors(), view: readMeta(this.database, "view") ?? "" },
  ): void {
    // The server has more edits of this device than this store ever made: it is a new one, and its numbers are taken (SPEC R40).
    if (reply.pushed > readNumber(this.database, "edits")) this.renumber(reply.pushed + 1);
    const known = readMeta(this.database, "offset") === null ? null : this.clockOffset;
    const context = {
      person: this.account.person,
      device: this.account.device,
      offset: sent === null ? this.clockOffset : offsetFromReply(reply.now, sent, received, known),
      checks: this.#checks,
      asked,
    };
    const take = () => applyReply(this.database, reply, context);
    const { changed, rows } = isBroughtAgain(this.database, reply) ? withoutWaiting(this.database, take) : take();
    this.#noteVerified(reply);
    this.#rowsStored += rows;
    this.#tell(changed);
    this.#indexWhenComplete();
  }

  /** What has to be kept elsewhere, beyond `mark`, where the database does not last; null if there is nothing new. */
  unsentSince(mark: UnsentMark): UnsentChange | null {
    return unsentSince(this.database, this.account.device, mark);
  }

  /** Takes over what was kept, only into an empty store; returns the mark beyond which something is new to whoever kept it. */
  restoreUnsent(kept: Unsent): UnsentMark {
    const { database, account } = this;
    this.#tell(
      database
        .transaction(() => restoreUnsent(database, kept, account.person))
        .add("outbox")
        .add("attention"),
    );
    const mark = restoredMark(database);
    this.#adoptDevice(account, String(kept.device));
    return mark;
  }

  /**
   * Takes over what was kept while this browser kept no files, or was rescued out of a damaged one with values of the store itself; again is
   * harmless.
   */
  takeOver(kept: Unsent, settings: Settings = {}): void {
    this.database.transaction(() => {
      takeOver(this.database, kept, this.account);
      for (const [name, value] of Object.entries(settings)) writeMeta(this.database, name as MetaName, value);
    });
    this.#tell(new Set<Topic>([...KINDS, "outbox", "attention"]));
  }

  /** Does a slice of the work that can wait; tells how soon the next may follow. Call it when nothing else is to be done. */
  workOff(): Work {
    if (this.#checks.workOff()) return "soon";
    if (!isIndexed(this.database)) return null;
    if (this.#settleNames() || extendGrams(this.database)) return "soon";
    const isPatrolling = this.#checks.patrol(this.now(), () => {
      this.#isUnverified = true;
    });
    return isPatrolling ? "later" : null;
  }

  /** Does what a day begins with and takes it back, so that it is quicker when it is meant; call it once, while nobody waits. */
  rehearse(): void {
    if (!isIndexed(this.database) || this.lock !== null) return;
    const { person } = this.account;
    this.query("visit.open_all", { person });
    const visit = visitToRehearse(this.database);
    if (visit === null) return;
    rehearseCheckIn(this.database, visit, { account: this.account, now: this.now() });
    this.query("visit.one", { id: visit.id });
  }

  /** The server expects this number next (SPEC R40, gap): a restored one asks for edits that it once acknowledged (SPEC R48). */
  closeGap(expected: number): void {
    const isRestored = expected <= readNumber(this.database, "ack");
    this.database.transaction(() => {
      if (isRestored) offerAgain(this.database, this.account.device, expected - 1, this.now());
      else renumber(this.database, expected);
    });
    if (isRestored) this.#tell(new Set<Topic>(["outbox"]));
  }

  /** Gives the waiting edits contiguous numbers from `first`. */
  renumber(first: number): void {
    this.database.transaction(() => renumber(this.database, first));
  }

  /** The server fails on these edits: it shall keep them without looking at them (SPEC R46). */
  hold(numbers: readonly number[]): void {
    this.database.transaction(() => {
      holdEdits(this.database, numbers);
      noteNumbering(this.database);
    });
    this.#tell(new Set<Topic>(["outbox"]));
  }

  /**
   * What the server was to keep without looking does not get through either: it steps behind the rest; tells whether there is any (SPEC
   * R46). Where there is none, `rotates` lets the next such edit have its turn.
   */
  setAside(rotates: boolean): boolean {
    const before = readMeta(this.database, "numbering");
    const isMore = this.database.transaction(() => setAside(this.database, rotates));
    if (readMeta(this.database, "numbering") !== before) this.#tell(new Set<Topic>(["outbox"]));
    return isMore;
  }

  /** Whether rows may come before the verdicts on what waits (SPEC R42): once they are there a counter no longer tells what it stood at. */
  get mayReadOn(): boolean {
    return queued(this.database).every(({ edit, counted }) => counted !== null || !raisesCounter(edit));
  }

  /** Whether the server has asked for a wipe and nothing unsent stands against it any more (SPEC R58). */
  get isWipeDue(): boolean {
    return isWiping(this.database) && this.waiting === 0;
  }

  /** Writes only where there is something new to write. */
  #adoptDevice(account: Account, known: string | null): void {
    const { database } = this;
    const isKnown = known === null || known === String(account.device);
    if (isKnown && readMeta(database, "device") === String(account.device)) return;
    database.transaction(() => {
      if (!isKnown) adoptDevice(database, account.device);
      writeMeta(database, "device", account.device);
    });
  }

  /** Once is enough: a runtime does not change under an open store. */
  #settleNames(): boolean {
    if (this.#areNamesSettled) return false;
    const areOthers = settleNames(this.database);
    this.#areNamesSettled = true;
    if (areOthers) this.#tell(new Set<Topic>(KINDS));
    return areOthers;
  }

  /** Every checksum has been compared once the answer to a request that asked for them all has nothing to follow. */
  #noteVerified(reply: SyncReply): void {
    if (reply.more || Object.keys(reply.sums).length < reply.grants.length) return;
    this.#isUnverified = false;
    writeMeta(this.database, "verified", reply.now);
  }

  #refuseLocked(): void {
    if (this.lock !== null) throw new StoreError("locked");
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
    if (topics.size > 0) this.#numbers.clear();
    this.#known = null;
    const role = this.#account?.role;
    this.#account = null;
    if (this.account.role !== role || COUNTED.some((topic) => topics.has(topic))) this.#attention = null;
    if (topics.has("attention")) this.#refused = null;
    this.#listener(topics);
  }

  /** The first load is there: now the indexes, which would have made it three times slower (docs/decisions/0051). */
  #indexWhenComplete(): void {
    if (isIndexed(this.database) || !isComplete(this.database)) return;
    createIndexes(this.database, deriveLastVisits);
    writeMeta(this.database, "audited", this.now()); // every checksum is fresh
    this.#tell(new Set<Topic>(KINDS));
  }
}

function ignoringFailure(work: () => void): void {
  try {
    work();
  } catch {
    // whoever calls it says where it is told
  }
}

/**
 * The leader: whoever holds a person's database, answers every tab's calls and runs the sync loop. Free of the browser:
 * `lead.ts` joins it with one, `headless/` with Node.
 */

import type { FileTransport } from "../sync/file-transport.ts";
import { Session } from "../sync/session.ts";
import type { Times, WakeReason } from "../sync/session-parts.ts";
import type { Timers } from "../sync/timers.ts";
import type { Transport } from "../sync/transport.ts";
import type { Account } from "./account.ts";
import type { OpenedFile } from "./database.ts";
import type { Engine } from "./engine.ts";
import type { FileBox } from "./files/box.ts";
import { NO_FILES } from "./files/status.ts";
import { type Network, Uploader } from "./files/uploader.ts";
import { GatheredNews } from "./gathered-news.ts";
import type { Lock } from "./lease.ts";
import type { Topic } from "./query.ts";
import type { Keeping, Rescue, StoreStatus } from "./status.ts";
import { StoreError } from "./store-error.ts";
import { KINDS } from "./tables.ts";
import type { UnsentMark } from "./unsent.ts";
import { type Keeper, UnsentCopy } from "./unsent-copy.ts";
import type { Answer, Call } from "./wire.ts";

/** Where the leader's news go. */
export interface Listeners {
  changed(topics: readonly Topic[]): void;
  status(status: StoreStatus): void;
  /** A defect: it must be seen where defects are looked for; the loop goes on. */
  fault(reason: unknown): void;
  /** The server had the device wiped: data and sign-in are gone. */
  wiped(): void;
}

/** Where the bytes of files are, and how they are sent. */
export interface FileParts {
  readonly box: FileBox;
  readonly transport: FileTransport;
  readonly network: () => Network;
}

/** What the leader is made of. */
export interface LeaderParts {
  /** The app's. */
  readonly version: string;
  readonly file: OpenedFile;
  readonly engine: Engine;
  /** null where the file lasts. */
  readonly keeper: Keeper | null;
  /** What of the unsent the keeper has already; left out: nothing. */
  readonly told?: UnsentMark;
  readonly transport: Transport;
  /** null where the device keeps no files. */
  readonly files: FileParts | null;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly listeners: Listeners;
  readonly times?: Partial<Times>;
  /** What else of the person's this device keeps beside the file, and lets go of with it. */
  readonly beside?: readonly { drop(): Promise<void> }[];
  /** What was rescued out of a damaged file and nobody has read yet; absent where nobody keeps it. */
  readonly rescued?: { readonly told: Rescue | null; read(): Promise<void> };
  /** Forgets who signed in on this device, after a wipe; absent where nobody remembers. */
  readonly forgetAccount?: () => Promise<void>;
}

const TOPICS: readonly Topic[] = [...KINDS, "outbox", "attention", "sent", "older"];
/** While the first load runs, screens are told of changes this often: every page would keep the worker busy with queries. */
const FIRST_LOAD_NEWS_MS = 1_000;
/** Between two slices of work that can wait: of what speeds the app up, and of what nobody waits for. */
const WORK_PAUSE_MS = { soon: 20, later: 250 } as const;
/** How long after the first answer the queries of the other screens are fetched: the first one is drawn meanwhile. */
const FETCH_AFTER_MS = 100;
/** How often the clock is looked at: for the lease, and for work that is due once in a while. */
const MINUTE_MS = 60_000;
/** How often a status is sent at most. */
const STATUS_MS = 30;

/** See the module. Begins to synchronise as soon as it is made. */
export class Leader {
  #session: Session;
  readonly #uploader: Uploader | null;
  readonly #news: GatheredNews;
  /** null where the file lasts. */
  readonly #copy: UnsentCopy | null;
  #toldOffset: number | null = null;
  #statusTimer: ReturnType<typeof setTimeout> | null = null;
  #workTimer: ReturnType<typeof setTimeout> | null = null;
  #fetchTimer: ReturnType<typeof setTimeout> | null = null;
  #callOffMinute: () => void = () => {};
  #locked: Lock | null;
  #isPersisted = false;
  /** The device had no room for something; whatever can be stored next takes it back. */
  #isFull = false;
  /** Files may have left the device since their copies were looked through. */
  #areFilesUntidy = false;
  #isClosed = false;
  #isSignedOut = false;
  #leaving: Promise<Answer> | null = null;
  /** What was exported last. */
  #exported = "";
  #rescued: Rescue | null;

  constructor(private readonly parts: LeaderParts) {
    const { engine } = parts;
    this.#news = new GatheredNews((topics) => parts.listeners.changed(topics));
    this.#copy = this.#makeCopy();
    this.#rescued = parts.rescued?.told ?? null;
    engine.onChange((topics) => this.#tell(topics));
    this.#session = this.#makeSession();
    this.#locked = engine.lock;
    this.#uploader = this.#makeUploader();
    this.#lookAtClock();
    this.#session.start();
    this.#uploader?.start(engine.filesOnWifiOnly).catch((reason: unknown) => this.#noteFailure(reason));
  }

  get status(): StoreStatus {
    const { engine } = this.parts;
    return {
      phase: this.#isFull ? { name: "failed", code: "storage_full" } : engine.phase,
      arriving: engine.arriving,
      waiting: engine.waiting,
      attention: engine.attention,
      refused: engine.refused,
      ...this.#session.state,
      lastContact: engine.lastContact,
      keeping: this.#storage(),
      storedBytes: engine.storedBytes,
      clockOffset: engine.clockOffset,
      locked: this.#locked,
      role: this.#locked === null ? engine.account.role : null,
      files: this.#uploader?.status ?? NO_FILES,
      rescued: this.#rescued,
    };
  }

  /** Whether the person's data is gone from the device. */
  get isSignedOut(): boolean {
    return this.#isSignedOut;
  }

  /** Whether the file has been let go of, or is being dropped. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Does what a call asks; never rejects. */
  async answer(call: Call): Promise<Answer> {
    // Asked twice, because a follower does not know whether the first call arrived: one leaving, two answers.
    if (call.name === "sign_out" && this.#leaving !== null) return this.#leaving;
    if (this.#isClosed) return { ok: false, code: "closed", message: "signed out" };
    const answer = this.#answered(call);
    if (call.name !== "sign_out") return answer;
    this.#leaving = answer;
    await answer;
    if (!this.#isSignedOut) this.#leaving = null; // edits wait: another time
    return answer;
  }

  async #answered(call: Call): Promise<Answer> {
    try {
      return await this.#answer(call);
    } catch (reason) {
      const { code, message } = StoreError.from(reason);
      // Whoever asked hears it, and so does every screen: the next save will meet it too.
      if (code === "storage_full") this.#noteFailure(reason);
      // The clock is looked at once a minute: the lease may have run out since.
      if (code === "locked") this.#noteLock();
      return { ok: false, code, message };
    }
  }

  wake(reason: WakeReason): void {
    this.#session.wake(reason);
    this.#uploader?.look();
  }

  /** The person has signed in again; where the server knows the device by another number now, everything goes on under that. */
  adopt(account: Account): void {
    if (this.#isClosed || account.device === this.parts.engine.account.device) return;
    this.#session.stop(); // what is under way was asked under the former number
    this.#guarded(() => this.parts.engine.adopt(account));
    this.#session = this.#makeSession();
    this.#session.start();
    this.#uploader?.look();
  }

  /** The network may have become another one. */
  noteNetwork(): void {
    if (this.#isClosed) return;
    this.#statusSoon();
    this.#uploader?.look();
  }

  setPersisted(persisted: boolean): void {
    this.#isPersisted = persisted;
    this.#statusSoon();
  }

  /** Lets go of the file. */
  close(): void {
    if (this.#isClosed) return;
    this.#stop();
    this.parts.file.release();
  }

  async #drop(): Promise<void> {
    this.#stop();
    await this.#copy?.settled();
    this.parts.file.database.close();
    await this.#copy?.drop();
    await this.#uploader?.drop();
    // What the server can be asked for again keeps nobody from leaving.
    for (const kept of this.parts.beside ?? []) await kept.drop().catch(() => undefined);
    await this.parts.file.remove();
    this.#isSignedOut = true;
  }

  /** The server has everything unsent, and nothing may stay here. */
  async #wipe(): Promise<void> {
    await this.#drop();
    await this.parts.forgetAccount?.();
    this.parts.listeners.wiped();
  }

  #stop(): void {
    this.#isClosed = true;
    this.#session.stop();
    this.#uploader?.stop();
    this.#callOffMinute();
    this.#copy?.stop();
    this.#news.stop();
    if (this.#statusTimer !== null) clearTimeout(this.#statusTimer);
    if (this.#workTimer !== null) clearTimeout(this.#workTimer);
    if (this.#fetchTimer !== null) clearTimeout(this.#fetchTimer);
  }

  async #answer(call: Call): Promise<Answer> {
    const done = (value: unknown, reads: readonly Topic[] = []): Answer => ({ ok: true, value, reads });
    switch (call.name) {
      case "query": {
        const { engine } = this.parts;
        if (!engine.queries.has(call.query)) await this.#fetchQueries();
        const value = engine.query(call.query, call.parameters as never);
        this.#fetchSoon();
        return done(value, engine.queries.get(call.query).reads);
      }
      case "write": {
        const result = this.parts.engine.write(call.changes, call.key, call.together);
        await this.#keepOrTell();
        if (result.saved) this.#session.wake("write");
        return done(result);
      }
      case "add_file": {
        if (this.#uploader === null) throw new StoreError("not_open");
        const result = await this.#uploader.add(call.change, call.key, call.contents);
        await this.#keepOrTell();
        if (result.saved) this.#session.wake("write");
        return done(result);
      }
      case "files_wifi_only":
        this.parts.engine.filesOnWifiOnly = call.wifiOnly;
        this.#uploader?.setWifiOnly(call.wifiOnly);
        return done(null);
      case "keep_copy":
        await this.#uploader?.keepCopy(call.copy);
        return done(null);
      case "let_go_of_file":
        await this.#uploader?.letGo(call.record);
        return done(null);
      case "send_files":
        await this.#uploader?.sendNow();
        this.#session.wake("button");
        return done(null);
      case "dismiss":
        return done(this.parts.engine.dismiss(call.attention));
      case "recall":
        this.parts.engine.recall(call.dismissed);
        return done(null);
      case "read_rescue":
        await this.parts.rescued?.read();
        this.#rescued = null;
        this.#statusSoon();
        return done(null);
      case "keep_older":
        this.parts.engine.keepOlder(call.customer, call.after, call.page);
        return done(null);
      case "open_older":
        this.parts.engine.openOlder(call.customer);
        return done(null);
      case "older_budget":
        this.parts.engine.setOlderBudget(call.bytes);
        return done(null);
      case "export": {
        const text = this.parts.engine.exportUnsent();
        this.#exported = this.parts.engine.exportMark;
        return done(text);
      }
      case "sign_out": {
        const { engine } = this.parts;
        const waiting = engine.waiting + engine.refused + (this.#uploader?.waiting ?? 0);
        // Something may have come since, here or in another tab, that the file has not got.
        const isExported = call.exported && this.#exported === engine.exportMark;
        if (waiting > 0 && !isExported) return done({ signedOut: false, waiting });
        await this.#drop();
        return done({ signedOut: true });
      }
    }
  }

  /** What was waited for may have come too late. */
  async #fetchQueries(): Promise<void> {
    await this.parts.engine.queries.fetch();
    if (this.#isClosed) throw new StoreError("closed");
  }

  /** The first screen has what it begins with: what the next ones need is made ready before somebody taps. */
  #fetchSoon(): void {
    const { queries } = this.parts.engine;
    this.#fetchTimer ??= setTimeout(() => {
      // What fails here fails again for who asks, and he is told.
      void queries.fetch().catch(() => undefined);
      this.#guarded(() => this.parts.engine.rehearse());
    }, FETCH_AFTER_MS);
  }

  #makeSession(): Session {
    const { engine, version, transport, timers, random, times = {} } = this.parts;
    return new Session({
      store: engine,
      transport: this.#copy?.before(transport) ?? transport,
      timers,
      random,
      report: () => ({
        version,
        files: this.#uploader?.waiting ?? 0,
        stored_bytes: engine.storedBytes,
        persisted: this.#isPersisted,
      }),
      changed: () => {
        this.#statusSoon();
        this.#uploader?.look();
      },
      failed: (reason) => this.#noteFailure(reason),
      wipe: () => void this.#wipe().catch((reason: unknown) => this.#noteFailure(reason)),
      times,
    });
  }

  #makeCopy(): UnsentCopy | null {
    const { engine, keeper, told } = this.parts;
    return keeper && new UnsentCopy({ keeper, told, since: (mark) => engine.unsentSince(mark) });
  }

  #makeUploader(): Uploader | null {
    const { engine, files, timers, random } = this.parts;
    if (files === null) return null;
    return new Uploader({
      ...files,
      timers,
      random,
      isClear: () => this.#session.state.connection === "up_to_date",
      record: (id) => engine.fileRecord(id),
      life: () => engine.life,
      heardAt: () => engine.lastContact ?? 0,
      write: (change, key) => engine.write([change], key),
      changed: () => this.#statusSoon(),
      fault: (reason) => this.#noteFailure(reason),
    });
  }

  #noteFailure(reason: unknown): void {
    this.#isFull = StoreError.from(reason).code === "storage_full";
    this.#statusSoon();
    if (!this.#isFull) this.parts.listeners.fault(reason);
  }

  #storage(): Keeping {
    if (!this.parts.file.isLasting) return "not_kept";
    return this.#isPersisted ? "promised" : "best_effort";
  }

  #tell(topics: ReadonlySet<Topic>): void {
    this.#isFull = false;
    this.#noteLock();
    this.#workSoon();
    if (topics.has("file")) {
      this.#uploader?.look();
      this.#areFilesUntidy = true;
    }
    void this.#keepOrTell();
    // What was written by a clock that was wrong must not be looked at by that clock once it is put right.
    if (this.parts.engine.clockOffset === this.#toldOffset) this.#statusSoon();
    else this.#tellStatus();
    const isLoading = this.parts.engine.phase.name === "first_sync";
    const isOwnWrite = topics.has("outbox");
    this.#news.tell(topics, isLoading && !isOwnWrite ? FIRST_LOAD_NEWS_MS : 0);
  }

  /** What was written shows and will be sent: that it could not be kept is another matter, and it is tried again. */
  #keepOrTell(): Promise<void> {
    return (this.#copy?.keep() ?? Promise.resolve()).catch((reason: unknown) => this.#noteFailure(reason));
  }

  /** Slices of work that can wait, with room between them for whatever screens ask. */
  #workSoon(pause: keyof typeof WORK_PAUSE_MS = "soon"): void {
    this.#workTimer ??= setTimeout(() => {
      this.#workTimer = null;
      // One that fails is tried again with the next look at the clock.
      this.#guarded(() => this.#workOff());
    }, WORK_PAUSE_MS[pause]);
  }

  #workOff(): void {
    const { engine } = this.parts;
    const wasSuspect = engine.isSuspect;
    const left = engine.workOff();
    // An audit has come to its end: the next request can tell which partitions differ.
    if (engine.isSuspect && !wasSuspect) this.#session.wake("head");
    if (left !== null) this.#workSoon(left);
  }

  #lookAtClock(): void {
    this.#callOffMinute = this.parts.timers.after(MINUTE_MS, () => this.#lookAtClock());
    this.#guarded(() => (this.#isFull ? this.#tryRoom() : this.parts.engine.noteTime()));
    void this.#keepOrTell();
    this.#noteLock();
    this.#workSoon();
    if (!this.#areFilesUntidy) return;
    this.#areFilesUntidy = false;
    this.#uploader?.tidy().catch((reason: unknown) => this.#noteFailure(reason));
  }

  /** Room is made in other apps, of which nobody tells this one: where a little can be written, what waited for it goes on. */
  #tryRoom(): void {
    this.parts.engine.tryRoom();
    this.#isFull = false;
    this.#session.wake("return");
    this.#statusSoon();
  }

  /** Tells of a failure that nobody waits for: in a timer it would be taken for one of the worker. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (reason) {
      this.#noteFailure(reason);
    }
  }

  /** Every screen asks again when what may be read changes. */
  #noteLock(): void {
    const { lock } = this.parts.engine;
    if (lock === this.#locked) return;
    this.#locked = lock;
    this.#statusSoon();
    this.#news.tell(TOPICS);
  }

  #statusSoon(): void {
    if (this.#isClosed) return;
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      this.#tellStatus();
    }, STATUS_MS);
  }

  /** What cannot be read of it may be read the next time; noting the failure would ask for the next one at once. */
  #tellStatus(): void {
    try {
      const { status } = this;
      this.#toldOffset = status.clockOffset;
      this.parts.listeners.status(status);
    } catch (reason) {
      this.parts.listeners.fault(reason);
    }
  }
}

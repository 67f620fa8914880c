/** The leader: the one worker that holds a person's database, answers every tab's calls and runs the sync loop. */
import { Session, type WakeReason } from "../sync/session.ts";
import { HttpTransport } from "../sync/transport.ts";
import { Engine, type Unsent } from "./engine.ts";
import { Kept } from "./kept.ts";
import { type OpenedFile, openFile } from "./opfs.ts";
import { QUERIES } from "./queries/index.ts";
import type { Topic } from "./query.ts";
import type { Keeping, StoreStatus } from "./status.ts";
import { StoreError } from "./store-error.ts";
import type { Answer, Call, Opening } from "./wire.ts";

/** Where the leader's news go. */
export interface Listeners {
  changed(topics: readonly Topic[]): void;
  status(status: StoreStatus): void;
}

/** While the first load runs, screens are told of changes this often: every page would keep the worker busy with queries. */
const FIRST_LOAD_NEWS_MS = 1_000;
/** Between two slices of work that can wait. */
const WORK_PAUSE_MS = 20;
/** How often a status is sent at most. */
const STATUS_MS = 30;

/** Opens the person's file and begins to synchronise. */
export async function lead(opening: Opening, listeners: Listeners): Promise<Leader> {
  const file = await openFile(opening.account.person);
  const engine = new Engine(file.database, opening.account, {
    now: () => Date.now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
  });
  const keeper = file.isLasting ? null : new Kept<Unsent>(`unsent/${opening.account.person}`);
  const kept = await keeper?.read();
  if (kept !== null && kept !== undefined) engine.restoreUnsent(kept);
  return new Leader(opening.version, file, engine, keeper, listeners);
}

/** See the module; made by `lead`. */
export class Leader {
  readonly #session: Session;
  readonly #news = new Set<Topic>();
  #newsTimer: ReturnType<typeof setTimeout> | null = null;
  #statusTimer: ReturnType<typeof setTimeout> | null = null;
  #workTimer: ReturnType<typeof setTimeout> | null = null;
  #isPersisted = false;
  /** The device had no room for what the server sent; the next page that fits takes it back. */
  #isFull = false;
  #isClosed = false;
  #isSignedOut = false;
  #leaving: Promise<Answer> | null = null;

  constructor(
    version: string,
    private readonly file: OpenedFile,
    private readonly engine: Engine,
    private readonly keeper: Kept<Unsent> | null,
    private readonly listeners: Listeners,
  ) {
    engine.onChange((topics) => this.#tell(topics));
    this.#session = new Session({
      store: engine,
      transport: new HttpTransport(),
      timers: {
        now: () => Date.now(),
        after: (ms, work) => {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
      },
      random: Math.random,
      report: () => ({
        version,
        stored_bytes: engine.storedBytes,
        persisted: this.#isPersisted,
      }),
      changed: () => this.#statusSoon(),
      failed: (reason) => this.#noteFailure(reason),
    });
    this.#session.start();
    this.#workSoon();
  }

  get status(): StoreStatus {
    const { engine } = this;
    return {
      phase: this.#isFull ? { name: "failed", code: "storage_full" } : engine.phase,
      waiting: engine.waiting,
      attention: engine.attention,
      ...this.#session.state,
      lastContact: engine.lastContact,
      keeping: this.#keeping(),
      storedBytes: engine.storedBytes,
      clockOffset: engine.clockOffset,
    };
  }

  /** Whether the person's data is gone from the device. */
  get isSignedOut(): boolean {
    return this.#isSignedOut;
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
      return { ok: false, code, message };
    }
  }

  wake(reason: WakeReason): void {
    this.#session.wake(reason);
  }

  setPersisted(persisted: boolean): void {
    this.#isPersisted = persisted;
    this.#statusSoon();
  }

  /** Lets go of the file. */
  close(): void {
    if (this.#isClosed) return;
    this.#stop();
    this.file.release();
  }

  async #drop(): Promise<void> {
    this.#stop();
    this.file.database.close();
    await this.keeper?.drop();
    await this.file.remove();
    this.#isSignedOut = true;
  }

  #stop(): void {
    this.#isClosed = true;
    this.#session.stop();
    if (this.#newsTimer !== null) clearTimeout(this.#newsTimer);
    if (this.#statusTimer !== null) clearTimeout(this.#statusTimer);
    if (this.#workTimer !== null) clearTimeout(this.#workTimer);
  }

  async #answer(call: Call): Promise<Answer> {
    const done = (value: unknown, reads: readonly Topic[] = []): Answer => ({ ok: true, value, reads });
    switch (call.name) {
      case "query":
        return done(this.engine.query(call.query, call.parameters as never), QUERIES[call.query].reads);
      case "write": {
        const result = this.engine.write(call.changes, call.key, call.together);
        await this.keeper?.keep(this.engine.unsentState());
        if (result.saved) this.#session.wake("write");
        return done(result);
      }
      case "dismiss":
        this.engine.dismiss(call.attention);
        return done(null);
      case "export":
        return done(this.engine.exportUnsent());
      case "sign_out": {
        const { waiting } = this.engine;
        if (waiting > 0 && !call.exported) return done({ signedOut: false, waiting });
        await this.#drop();
        return done({ signedOut: true });
      }
    }
  }

  #noteFailure(reason: unknown): void {
    this.#isFull = StoreError.from(reason).code === "storage_full";
    this.#statusSoon();
    // A defect must be seen where defects are looked for; the loop goes on.
    if (!this.#isFull) reportError(reason);
  }

  #keeping(): Keeping {
    if (!this.file.isLasting) return "not_kept";
    return this.#isPersisted ? "promised" : "best_effort";
  }

  #tell(topics: ReadonlySet<Topic>): void {
    this.#isFull = false;
    this.#workSoon();
    for (const topic of topics) this.#news.add(topic);
    if (topics.has("outbox")) void this.keeper?.keep(this.engine.unsentState());
    this.#statusSoon();
    const isLoading = this.engine.phase.name === "first_sync";
    const isOwnWrite = topics.has("outbox");
    if (!isLoading || isOwnWrite) this.#flushNews();
    else this.#newsTimer ??= setTimeout(() => this.#flushNews(), FIRST_LOAD_NEWS_MS);
  }

  /** Slices of work that can wait, with room between them for whatever screens ask. */
  #workSoon(): void {
    this.#workTimer ??= setTimeout(() => {
      this.#workTimer = null;
      if (this.engine.workOff()) this.#workSoon();
    }, WORK_PAUSE_MS);
  }

  #flushNews(): void {
    if (this.#newsTimer !== null) clearTimeout(this.#newsTimer);
    this.#newsTimer = null;
    if (this.#news.size > 0) this.listeners.changed([...this.#news]);
    this.#news.clear();
  }

  #statusSoon(): void {
    if (this.#isClosed) return;
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      this.listeners.status(this.status);
    }, STATUS_MS);
  }
}

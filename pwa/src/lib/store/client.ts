/**
 * The page's door to the store. Everything here is a message to the worker that holds the database; nothing waits for
 * the network.
 */
import { newId, RANDOM_BYTES } from "$sync/identifier.ts";
import type { Kind } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Dismissed } from "./attention.ts";
import type { Change, ChangeOf, WriteResult } from "./change.ts";
import type { Content } from "./files/box.ts";
import type { NewContent } from "./files/uploader.ts";
import { News } from "./news.ts";
import type { OlderPage } from "./older.ts";
import { Primed } from "./primed.ts";
import type { ParametersOf, QueryName, ResultOf } from "./queries/index.ts";
import { LiveStatus } from "./status.svelte.ts";
import { INITIAL_STATUS, type StoreStatus } from "./status.ts";
import { StoreError } from "./store-error.ts";
import type { Answer, Call, ToPage, ToWorker } from "./wire.ts";

/** A result, and the way to stop hearing of changes. */
export interface Watched<R> {
  readonly result: R;
  stop(): void;
}

/** Options of a write. */
export interface WriteOptions {
  /** The server applies all changes of this write or none (an order with its lines). Default false. */
  readonly together?: boolean;
}

/** What became of signing out. */
export type SignOutResult =
  | { readonly signedOut: true }
  /** So much is on this device alone, nothing was dropped: it is to be sent, looked at or exported first. */
  | { readonly signedOut: false; readonly waiting: number };

/** The store of one person on this device. */
export interface Store {
  /** Whose it is, with the role that he has now; runes. */
  readonly account: Account;
  /** What the store tells of itself; runes, so that a template follows. */
  readonly status: StoreStatus;
  /** Runs a query once. Rejects with StoreError. */
  query<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<ResultOf<N>>;
  /** Runs a query and calls `changed` once, when a record of a kind that it reads has changed since. `live` is made of it. */
  watch<N extends QueryName>(name: N, parameters: ParametersOf<N>, changed: () => void): Promise<Watched<ResultOf<N>>>;
  /**
   * Asks now for what the next screen begins with and resolves when it is known (never rejects: that screen asks again, and says
   * why). `primed` gives it to the first who asks for just that, unless it has changed meanwhile.
   */
  prime<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<void>;
  /** What `prime` has fetched; `changed` is called as for `watch`. */
  primed<N extends QueryName>(
    name: N,
    parameters: ParametersOf<N>,
    changed: () => void,
  ): Watched<ResultOf<N>> | undefined;
  /** Resolves as soon as nothing that this tab has asked waits for its answer; never rejects. */
  answered(): Promise<void>;
  /** Keeps news from this tab's screens, until the returned function is called: for a tap that saves and leads away from them. */
  holdNews(): () => void;
  /**
   * Saves changes in one transaction and resolves when they are on the disk; where the browser keeps no
   * files and has no room for the unsent edits, `status` says so. Rejects with StoreError; see WriteResult.
   */
  write(changes: readonly Change[], options?: WriteOptions): Promise<WriteResult>;
  /**
   * Saves a new file: its bytes, then its record; resolves when both are on the disk. Rejects with StoreError `storage_full` where
   * there is no room, and then nothing was saved.
   */
  addFile(change: ChangeOf<"file">, contents: readonly NewContent[]): Promise<WriteResult>;
  /** Sets whether files wait for a network that costs nothing. */
  setFilesOnWifiOnly(wifiOnly: boolean): Promise<void>;
  /** Sends the files that wait now, on whatever network, and tries the refused ones once more. */
  sendFiles(): Promise<void>;
  /** Keeps a copy of bytes that were fetched, if there is room. */
  keepCopy(copy: Content): Promise<void>;
  /** Drops the bytes of a record of `status.files.unclaimed`: they are nowhere else. */
  letGoOfFile(record: string): Promise<void>;
  /** Calls `listener` with the kinds whose records changed, in any tab or by sync; returns the way to stop. */
  onChange(listener: (kinds: ReadonlySet<Kind>) => void): () => void;
  /** A new id for a record. */
  newId(): string;
  /** Milliseconds since 1970 UTC by the server's clock, as well as this device knows it. */
  now(): number;
  /** Asks for a round trip now (the button on the Sync screen). */
  syncNow(): void;
  /** Takes something off the list of what needs a look; nothing else changes. */
  dismiss(attention: number): Promise<Dismissed | null>;
  /** Puts back what was taken off that list. */
  recall(dismissed: Dismissed): Promise<void>;
  /** Keeps a page of a customer's older activity; `after` is what asked for it. */
  keepOlder(customer: string, after: string, page: OlderPage): Promise<void>;
  /** Notes that a customer's older activity is looked at, so that it stays longest. */
  openOlder(customer: string): Promise<void>;
  /** Sets how many bytes of older activity this device keeps. */
  setOlderBudget(bytes: number): Promise<void>;
  /** Asks the browser not to throw the storage away, and has `status.keeping` say what came of it; true where it promises. */
  askToKeep(): Promise<boolean>;
  /** Notes that the person has read what was rescued out of a damaged file. */
  readRescue(): Promise<void>;
  /** Gives the damaged file up, in which nothing of what waits can be read; what can be read is kept all the same. */
  setUpAnew(): void;
  /** Everything that is on this device alone, not yet at the server or refused by it, as JSON text for a file. */
  exportUnsent(): Promise<string>;
  /** Drops this person's data from the device if none of it is here alone, or if all of that was exported before. */
  signOut(options?: { readonly exported: boolean }): Promise<SignOutResult>;
  /** Goes on after the person has signed in again, in every tab, also where the server has given this device another number. */
  renew(account: Account): void;
  /** Lets go of the worker; another tab takes over. */
  close(): void;
}

/** What a store needs to open. */
export interface OpenOptions {
  readonly account: Account;
  /** The app's version, for the server's list of devices. */
  readonly version: string;
  /** Hears that the person has signed in again in another tab. */
  readonly renewed?: (account: Account) => void;
  /** Hears that another tab leads with a newer version of the app. */
  readonly behind?: () => void;
}

/**
 * Opens the store of a person in this tab; returns at once, `status.phase` tells how far it is. Call it once, in the
 * layout of the signed-in app, and hand it down with `provideStore`.
 */
export function openStore(options: OpenOptions): Store {
  return new WorkerStore(options, new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
}

interface Pending {
  resolve(answer: Answer & { ok: true }): void;
  reject(reason: StoreError): void;
}

class WorkerStore implements Store {
  #signedIn: Account;
  readonly status = new LiveStatus();
  readonly #renewed: (account: Account) => void;
  readonly #behind: () => void;
  readonly #pending = new Map<number, Pending>();
  readonly #whenAnswered: (() => void)[] = [];
  readonly #news = new News();
  readonly #primed = new Primed((...asked) => this.watch(...asked));
  /** Tells this tab's requests from those of every other tab, now and after a restart. */
  readonly #tab = crypto.randomUUID();
  readonly #leaving = new AbortController();
  #calls = 0;
  #hasHeard = false;

  constructor(
    { account, version, renewed = () => {}, behind = () => {} }: OpenOptions,
    private readonly worker: Worker,
  ) {
    this.#signedIn = account;
    this.#renewed = renewed;
    this.#behind = behind;
    worker.onmessage = (event: MessageEvent<ToPage>) => this.#hear(event.data);
    // One that has spoken runs: what it reports from then on is a defect of one moment, and what was asked is still answered.
    worker.onerror = () => {
      if (!this.#hasHeard) this.#fail();
    };
    this.#say({ type: "open", opening: { account, version } });
    this.#watchReturn();
    void this.askToKeep();
  }

  get account(): Account {
    return { ...this.#signedIn, role: this.status.role ?? this.#signedIn.role };
  }

  async query<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<ResultOf<N>> {
    return (await this.#call({ name: "query", query: name, parameters })).value as ResultOf<N>;
  }

  async watch<N extends QueryName>(
    name: N,
    parameters: ParametersOf<N>,
    changed: () => void,
  ): Promise<Watched<ResultOf<N>>> {
    const { value, reads } = await this.#call({ name: "query", query: name, parameters });
    // Answers and news come in the order in which they happened, so nothing is missed between the two.
    return { result: value as ResultOf<N>, stop: this.#news.watch(reads, changed) };
  }

  prime<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<void> {
    return this.#primed.ask(name, parameters);
  }

  primed<N extends QueryName>(name: N, parameters: ParametersOf<N>, changed: () => void) {
    return this.#primed.take(name, parameters, changed);
  }

  answered(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenAnswered.push(resolve));
  }

  holdNews(): () => void {
    return this.#news.hold();
  }

  async write(changes: readonly Change[], { together = false }: WriteOptions = {}): Promise<WriteResult> {
    const key = `${this.#tab}:${this.#calls}`;
    return (await this.#call({ name: "write", changes, key, together })).value as WriteResult;
  }

  async addFile(change: ChangeOf<"file">, contents: readonly NewContent[]): Promise<WriteResult> {
    const key = `${this.#tab}:${this.#calls}`;
    return (await this.#call({ name: "add_file", change, contents, key })).value as WriteResult;
  }

  async setFilesOnWifiOnly(wifiOnly: boolean): Promise<void> {
    await this.#call({ name: "files_wifi_only", wifiOnly });
  }

  async sendFiles(): Promise<void> {
    await this.#call({ name: "send_files" });
  }

  async keepCopy(copy: Content): Promise<void> {
    await this.#call({ name: "keep_copy", copy });
  }

  async letGoOfFile(record: string): Promise<void> {
    await this.#call({ name: "let_go_of_file", record });
  }

  onChange(listener: (kinds: ReadonlySet<Kind>) => void): () => void {
    return this.#news.listen(listener);
  }

  newId(): string {
    return newId(this.now(), crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
  }

  now(): number {
    return Date.now() + this.status.clockOffset;
  }

  syncNow(): void {
    this.#say({ type: "wake", reason: "button" });
  }

  async dismiss(attention: number): Promise<Dismissed | null> {
    return (await this.#call({ name: "dismiss", attention })).value as Dismissed | null;
  }

  async recall(dismissed: Dismissed): Promise<void> {
    await this.#call({ name: "recall", dismissed });
  }

  async keepOlder(customer: string, after: string, page: OlderPage): Promise<void> {
    await this.#call({ name: "keep_older", customer, after, page });
  }

  async openOlder(customer: string): Promise<void> {
    await this.#call({ name: "open_older", customer });
  }

  async setOlderBudget(bytes: number): Promise<void> {
    await this.#call({ name: "older_budget", bytes });
  }

  /** Only a page can ask, not the worker. */
  async askToKeep(): Promise<boolean> {
    const isKept = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
    if (!this.#leaving.signal.aborted) this.#say({ type: "persisted", persisted: isKept });
    return isKept;
  }

  async readRescue(): Promise<void> {
    await this.#call({ name: "read_rescue" });
  }

  setUpAnew(): void {
    this.#say({ type: "set_up_anew" });
  }

  async exportUnsent(): Promise<string> {
    return (await this.#call({ name: "export" })).value as string;
  }

  async signOut({ exported }: { readonly exported: boolean } = { exported: false }): Promise<SignOutResult> {
    const result = (await this.#call({ name: "sign_out", exported })).value as SignOutResult;
    if (result.signedOut) this.close();
    return result;
  }

  renew(account: Account): void {
    this.#signedIn = account;
    this.#say({ type: "account", account });
    this.syncNow();
  }

  close(): void {
    this.#leaving.abort();
    this.#say({ type: "close" });
    this.#refuse("closed");
    this.#news.clear();
  }

  #say(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  #call(call: Call): Promise<Answer & { ok: true }> {
    if (this.#leaving.signal.aborted) return Promise.reject(new StoreError("closed"));
    const seq = this.#calls;
    this.#calls += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject });
      this.#say({ type: "call", seq, call });
    });
  }

  #hear(message: ToPage): void {
    this.#hasHeard = true;
    switch (message.type) {
      case "answer": {
        const pending = this.#pending.get(message.seq);
        this.#pending.delete(message.seq);
        if (message.answer.ok) pending?.resolve(message.answer);
        else pending?.reject(StoreError.fromWire(message.answer.code, message.answer.message));
        this.#tellAnswered();
        return;
      }
      case "changed":
        this.#news.tell(message.topics);
        return;
      case "status":
        this.status.set(message.status);
        return;
      case "account":
        this.#signedIn = message.account;
        this.#renewed(message.account);
        return;
      case "behind":
        this.#behind();
    }
  }

  #fail(): void {
    this.status.set({ ...INITIAL_STATUS, phase: { name: "failed", code: "unsupported" } });
    this.#refuse("not_open");
  }

  /** What was asked and has no answer gets none any more. */
  #refuse(code: "closed" | "not_open"): void {
    for (const { reject } of this.#pending.values()) reject(new StoreError(code));
    this.#pending.clear();
    this.#tellAnswered();
  }

  #tellAnswered(): void {
    if (this.#pending.size > 0) return;
    for (const tell of this.#whenAnswered.splice(0)) tell();
  }

  /** Coming back to the app and to the network are good moments to ask the server; neither is believed. */
  #watchReturn(): void {
    const { signal } = this.#leaving;
    const returned = () => this.#say({ type: "wake", reason: "return" });
    window.addEventListener("online", returned, { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && returned(), {
      signal,
    });
  }
}

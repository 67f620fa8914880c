/**
 * The uploader: sends the bytes of files, once no record waits any more, small pictures first, one chunk at a time.
 *
 * What lies in the box waits, whatever happens: the server says where it wants to go on. What each answer leads to:
 *
 * | answer                           | next                                                                       |
 * |----------------------------------|----------------------------------------------------------------------------|
 * | state                            | the next chunk from there, larger than the last one; `stored`: the next file |
 * | wrong_offset                     | from the byte that it expects                                              |
 * | time-out                         | after a pause, in smaller chunks                                           |
 * | no connection, unavailable, …    | after a pause                                                              |
 * | no_space                         | after what the server asks for; shown                                      |
 * | not_found                        | later, and later: the record has not arrived, or is not his any more; the  |
 * |                                  | person may let go of it then                                               |
 * | wrong_digest                     | once more from the beginning, then refused                                 |
 * | wrong_content, too_large         | refused: it stays on the device, and says why                              |
 * | signed out, wrong device         | rests until the session is good again                                      |
 */
import type { ProblemCode } from "$sync/schema.gen.ts";
import type { FileAnswer, FileTransport } from "../../sync/file-transport.ts";
import { left, type Timers } from "../../sync/timers.ts";
import type { Change, WriteResult } from "../change.ts";
import { StoreError } from "../store-error.ts";
import { type Boxed, type Content, type FileBox, type Part, putWithRoom, trim } from "./box.ts";
import { type FileRecord, isNamed, isStored } from "./records.ts";
import { type FilesStatus, statusOf, type Waiting } from "./status.ts";

/** What the network costs, as far as the browser tells; iPhones do not. */
export type Network = "free" | "metered" | "unknown";

/** What the uploader is made of. */
export interface UploaderParts {
  readonly box: FileBox;
  readonly transport: FileTransport;
  readonly timers: Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly network: () => Network;
  /** Whether the server was reached and has every record. */
  readonly isClear: () => boolean;
  readonly record: (id: string) => FileRecord | null;
  /** In which life of its the server is: a restored backup begins another (SPEC R32). */
  readonly life: () => number;
  /** When the server last answered, by its own clock; 0 for never. */
  readonly heardAt: () => number;
  readonly write: (change: Change, key: string) => WriteResult;
  readonly changed: () => void;
  /** A defect; the uploader goes on. */
  readonly fault: (reason: unknown) => void;
}

/** Bytes and what the record's values say of them. */
export type NewContent = Pick<Content, "part" | "digest" | "mediaType" | "bytes">;

const FIRST_CHUNK = 128 * 1024;
const MIN_CHUNK = 16 * 1024;
/** The server takes no larger one. */
const MAX_CHUNK = 1024 * 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Before a file is tried again whose record the server does not know; longer each time where this device does not know it either. */
const UNKNOWN_PAUSE_MS = 60_000;
const LONGEST_UNKNOWN_PAUSE_MS = 3_600_000;
/** No pause is longer. */
const LONGEST_OF_ALL_MS = LONGEST_UNKNOWN_PAUSE_MS + LONGEST_PAUSE_MS;
const DAMAGED_TRIES = 2;
/** For how long a server as it is installed keeps what was removed; then it takes back no removal. */
const REMOVED_KEPT_MS = 180 * 24 * 3_600_000;
const REFUSED: ReadonlySet<ProblemCode> = new Set(["wrong_content", "too_large", "wrong_digest"]);
const SESSION: ReadonlySet<ProblemCode> = new Set([
  "not_signed_in",
  "session_expired",
  "device_revoked",
  "wrong_device",
]);

/** The pause that the server asks for, in milliseconds: an hour at most. */
const asked = (seconds: number) => Math.min(LONGEST_UNKNOWN_PAUSE_MS, seconds * 1_000);

const keyOf = ({ record, part }: Pick<Boxed, "record" | "part">) => `${record} ${part}`;

/** Sends what the box holds. `start` it once; `stop` ends it for good. */
export class Uploader {
  readonly #waiting = new Map<string, Waiting>();
  /** What the server has taken, until the record says so itself, and the server's life in which it did. */
  readonly #sent = new Map<string, Boxed & { readonly life: number }>();
  #life: number | null = null;
  #isRunning = false;
  #isSending = "";
  #failures = 0;
  #notBefore = 0;
  #held: FilesStatus["held"] = null;
  #chunk = FIRST_CHUNK;
  #wifiOnly = false;
  /** What somebody wants sent now, whatever it costs: what waited when he said so, until it is sent or refused. */
  readonly #anyway = new Set<string>();
  #callOff: (() => void) | null = null;
  readonly #abort = new AbortController();

  constructor(private readonly parts: UploaderParts) {}

  get status(): FilesStatus {
    return statusOf({
      rows: [...this.#waiting.values()].filter(({ entry }) => !this.#isDeleted(entry)),
      sending: this.#waiting.get(this.#isSending),
      sent: [...this.#sent.values()].filter(({ part }) => part === "file").map(({ record }) => record),
      isHere: (record) => this.parts.record(record) !== null,
      held: this.#held,
      wifiOnly: this.#wifiOnly,
    });
  }

  /** Files that are nowhere but here. */
  get waiting(): number {
    return this.status.waiting;
  }

  /** Looks into the box: what a device that died left undone is done now. */
  async start(wifiOnly: boolean): Promise<void> {
    this.#wifiOnly = wifiOnly;
    for (const entry of await this.parts.box.list()) await this.#adopt(entry);
    this.parts.changed();
    this.look();
  }

  /** Ends it; what was under way goes on from the server's byte the next time. */
  stop(): void {
    this.#abort.abort();
    this.#callOff?.();
  }

  /** Ends it and drops every byte of this person. */
  async drop(): Promise<void> {
    this.stop();
    await this.parts.box.drop();
  }

  /** Something may have changed that matters: a record, the network, the session. */
  look(): void {
    if (this.#abort.signal.aborted) return;
    this.#noteLife();
    this.#noteRecords();
    if (this.#isRunning) return;
    this.#callOff?.();
    this.#callOff = null;
    if (this.#waiting.size > 0) void this.#run();
  }

  /** Drops copies of what has left this device, and lets those wait that the server has lost; call it when records may say so. */
  async tidy(): Promise<void> {
    const copies = (await this.parts.box.list()).filter(({ waiting }) => !waiting);
    if (this.#abort.signal.aborted) return;
    const strays = copies.filter(({ record }) => this.parts.record(record) === null);
    if (strays.length > 0) await this.parts.box.remove(strays);
    this.#noteRecords();
    const lost = copies.filter((entry) => !this.#sent.has(keyOf(entry)) && this.#isLost(entry));
    for (const entry of lost) await this.#wait({ ...entry, waiting: true }, true);
    if (lost.length === 0) return;
    this.parts.changed();
    this.look();
  }

  /** Keeps a copy of what was fetched, if there is room. */
  async keepCopy(copy: Content): Promise<void> {
    if (this.#waiting.has(keyOf(copy)) || this.#abort.signal.aborted) return;
    await this.#put([copy]);
    await this.#trim();
  }

  /** Drops bytes that the server does not take, and whose record is not here: their person has seen them, and said so. */
  async letGo(record: string): Promise<void> {
    if (!this.status.unclaimed.includes(record)) return;
    for (const { entry } of [...this.#waiting.values()]) if (entry.record === record) await this.#forget(entry);
  }

  /** Keeps a new file: its bytes first, then its record, so that no record is without bytes anywhere. */
  async add(change: Change, key: string, contents: readonly NewContent[]): Promise<WriteResult> {
    const now = this.parts.timers.now();
    const entries = contents.map(
      ({ bytes, ...content }): Content => ({
        ...content,
        bytes,
        record: change.id,
        root: change.root,
        size: bytes.byteLength,
        waiting: true,
        values: change.v as NonNullable<Boxed["values"]>,
        problem: null,
        addedAt: now,
        usedAt: now,
      }),
    );
    await this.#put(entries);
    let result: WriteResult;
    try {
      result = this.parts.write(change, key);
    } catch (reason) {
      await this.parts.box.remove(entries);
      throw reason;
    }
    if (!result.saved) {
      await this.parts.box.remove(entries);
      return result;
    }
    for (const { bytes: _bytes, ...entry } of entries) await this.#wait({ ...entry, values: null }, true);
    this.parts.changed();
    this.look();
    return result;
  }

  /** Sets whether files wait for a network that costs nothing. */
  setWifiOnly(wifiOnly: boolean): void {
    this.#wifiOnly = wifiOnly;
    this.#anyway.clear();
    this.parts.changed();
    this.look();
  }

  /** Sends what waits now, on whatever network, and tries refused ones once more. */
  async sendNow(): Promise<void> {
    this.#failures = 0;
    this.#notBefore = 0;
    for (const [key, one] of this.#waiting) {
      this.#anyway.add(key);
      if (one.entry.problem !== null) await this.parts.box.update(one.entry.record, one.entry.part, { problem: null });
      this.#waiting.set(key, { ...one, entry: { ...one.entry, problem: null }, notBefore: 0, damaged: 0 });
    }
    this.parts.changed();
    this.look();
  }

  // ── The box and the book ──────────────────────────────────────────────────────────────────────────────────────────

  async #adopt(entry: Boxed): Promise<void> {
    const { record: id, root, part, values } = entry;
    let record = this.parts.record(id);
    if (values !== null && record === null && part === "file") {
      // The bytes were kept and the device died before the record was: the same again.
      const change = { kind: "file", id, root, v: values } as Change;
      if (!this.parts.write(change, `file ${id}`).saved)
        return this.parts.fault(new StoreError("internal", `file ${id}`));
      record = this.parts.record(id);
    }
    if (record?.deleted === true && !this.#mayComeBack(record, entry)) return this.parts.box.remove([entry]);
    // A copy of what is not his to see any more, or has gone into the archive (SPEC R57, R39).
    if (record === null && !entry.waiting) return this.parts.box.remove([entry]);
    const isSent = record !== null && isStored(record, entry);
    const isLost = this.#isLost(entry);
    if (entry.waiting && isSent) await this.parts.box.update(id, part, { waiting: false, values: null });
    else if (entry.waiting || isLost)
      await this.#wait({ ...entry, waiting: true, values: null }, values !== null || isLost);
  }

  async #wait(entry: Boxed, isNews: boolean): Promise<void> {
    if (isNews) await this.parts.box.update(entry.record, entry.part, { waiting: true, values: null });
    this.#waiting.set(keyOf(entry), { entry, offset: 0, notBefore: 0, damaged: 0, unknown: 0 });
  }

  /** Makes room where it has to, once it is known which copies the server has lost. */
  async #put(contents: readonly Content[]): Promise<void> {
    await putWithRoom(this.parts.box, contents, () => this.tidy());
  }

  /** Keeps copies within their budget, of those that the server has. */
  async #trim(): Promise<void> {
    await this.tidy();
    await trim(this.parts.box);
  }

  /** A server that was restored from a backup may have lost what it had: then the copy is sent again. */
  #isLost(entry: Boxed): boolean {
    const record = this.parts.record(entry.record);
    return record !== null && !record.deleted && !isStored(record, entry) && isNamed(record, entry.part, entry.digest);
  }

  /**
   * What nobody else has is kept for as long as its removal can be taken back (docs/decisions/0251). What this device's clock says, which
   * may be anything, takes nobody's last bytes: the server has to have been heard of since.
   */
  #mayComeBack(record: FileRecord, entry: Boxed): boolean {
    const isOnlyHere = entry.waiting && !isStored(record, entry) && isNamed(record, entry.part, entry.digest);
    return isOnlyHere && this.parts.heardAt() - (record.deletedAt ?? 0) < REMOVED_KEPT_MS;
  }

  #isDeleted(entry: Boxed): boolean {
    return this.parts.record(entry.record)?.deleted === true;
  }

  /** In another life the server may lack what it had, and say so of records that stay as they are here. */
  #noteLife(): void {
    const life = this.parts.life();
    const isOther = this.#life !== null && this.#life !== life;
    this.#life = life;
    if (isOther) this.tidy().catch(this.parts.fault);
  }

  #noteRecords(): void {
    for (const [key, entry] of this.#sent) {
      const found = this.parts.record(entry.record);
      const isOver =
        found === null || found.deleted || isStored(found, entry) || !isNamed(found, entry.part, entry.digest);
      if (isOver || entry.life !== this.parts.life()) this.#sent.delete(key);
    }
  }

  // ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      for (;;) {
        const next = this.#next();
        if (next === null || this.#abort.signal.aborted) break;
        await this.#send(next);
      }
    } catch (reason) {
      this.parts.fault(reason);
      this.#fail();
    } finally {
      this.#isRunning = false;
      this.#isSending = "";
    }
    if (this.#abort.signal.aborted) return;
    this.#lookLater();
    this.parts.changed();
  }

  /** What goes next, null where nothing may: small pictures first, then what is smallest to go. */
  #next(): Waiting | null {
    const now = this.parts.timers.now();
    const ready = [...this.#waiting.values()].filter(
      ({ entry, notBefore }) =>
        entry.problem === null && left(notBefore, now, LONGEST_OF_ALL_MS) === 0 && !this.#isDeleted(entry),
    );
    if (ready.length === 0 || left(this.#notBefore, now, LONGEST_OF_ALL_MS) > 0 || !this.parts.isClear()) return null;
    const allowed = ready.filter(({ entry }) => this.#isAllowed(entry));
    if (allowed.length === 0) {
      this.#held = "wifi";
      return null;
    }
    if (this.#held === "wifi") this.#held = null;
    const rank = (part: Part) => (part === "thumbnail" ? 0 : 1);
    allowed.sort((a, b) => rank(a.entry.part) - rank(b.entry.part) || a.entry.addedAt - b.entry.addedAt);
    return allowed[0] ?? null;
  }

  #isAllowed(entry: Boxed): boolean {
    return !this.#wifiOnly || this.#anyway.has(keyOf(entry)) || this.parts.network() !== "metered";
  }

  /** Sends one file's bytes until they are there, or something else has to come first. */
  async #send({ entry }: Waiting): Promise<void> {
    const key = keyOf(entry);
    const bytes = await this.parts.box.bytes(entry.record, entry.part);
    if (bytes === null) return this.#forget(entry); // the browser has dropped them: nothing is left to send
    this.#isSending = key;
    this.parts.changed();
    let answer = await this.parts.transport.ask(entry, this.#abort.signal);
    for (;;) {
      if (this.#abort.signal.aborted) return;
      const offset = this.#offsetOf(answer);
      if (offset === null) return this.#take(key, answer);
      this.#set(key, { offset: Math.min(offset, entry.size), unknown: 0 });
      this.parts.changed();
      if (answer.kind === "state" && answer.stored) return this.#done(entry);
      // Records come first, and a network that costs may have come meanwhile.
      if (!this.parts.isClear() || !this.#isAllowed(entry)) return;
      const chunk = new Uint8Array(bytes, offset, Math.min(this.#chunk, Math.max(0, entry.size - offset)));
      const began = this.parts.timers.now();
      answer = await this.parts.transport.append(entry, offset, chunk, this.#abort.signal);
      if (answer.kind === "state") this.#succeed(this.parts.timers.now() - began);
    }
  }

  /** Where to go on; null where the answer says something else. */
  #offsetOf(answer: FileAnswer): number | null {
    if (answer.kind === "state") return answer.offset;
    return answer.kind === "problem" && answer.problem.code === "wrong_offset" ? (answer.problem.expected ?? 0) : null;
  }

  #succeed(ms: number): void {
    this.#failures = 0;
    this.#held = null;
    // About two seconds a chunk: often enough to be told, seldom enough to cost nothing.
    if (ms < 1_000) this.#chunk = Math.min(MAX_CHUNK, this.#chunk * 2);
    else if (ms > 8_000) this.#chunk = Math.max(MIN_CHUNK, this.#chunk / 2);
  }

  async #take(key: string, answer: FileAnswer): Promise<void> {
    if (answer.kind !== "problem") {
      if (answer.kind === "timeout") this.#chunk = Math.max(MIN_CHUNK, this.#chunk / 4);
      return this.#fail();
    }
    const { code, retry_after: seconds = 0 } = answer.problem;
    const one = this.#waiting.get(key);
    if (one === undefined) return;
    if (code === "wrong_digest" && one.damaged + 1 < DAMAGED_TRIES) {
      this.#set(key, { damaged: one.damaged + 1, offset: 0 });
    } else if (REFUSED.has(code)) {
      await this.parts.box.update(one.entry.record, one.entry.part, { problem: code });
      this.#anyway.delete(key);
      this.#set(key, { entry: { ...one.entry, problem: code } });
    } else if (code === "not_found") {
      const isHere = this.parts.record(one.entry.record) !== null;
      const pause = isHere ? UNKNOWN_PAUSE_MS : Math.min(LONGEST_UNKNOWN_PAUSE_MS, UNKNOWN_PAUSE_MS * 2 ** one.unknown);
      this.#set(key, { unknown: one.unknown + 1, notBefore: this.parts.timers.now() + pause });
    } else if (code === "no_space") {
      this.#held = "no_space";
      this.#notBefore = this.parts.timers.now() + Math.max(asked(seconds), UNKNOWN_PAUSE_MS);
    } else {
      // Whatever the session finds out wakes it again.
      this.#fail(SESSION.has(code) ? LONGEST_PAUSE_MS : asked(seconds));
    }
  }

  /** Nothing for a while: drawn below a bound that doubles, so that a fleet does not come back at once. */
  #fail(least = 0): void {
    const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = this.parts.timers.now() + least + bound * (0.5 + this.parts.random() / 2);
  }

  async #done(entry: Boxed): Promise<void> {
    // A copy of what is not his to see any more leaves the device (SPEC R57).
    if (this.parts.record(entry.record) === null) return this.#forget(entry);
    const life = this.parts.life();
    await this.parts.box.update(entry.record, entry.part, { waiting: false, values: null });
    this.#waiting.delete(keyOf(entry));
    this.#sent.set(keyOf(entry), { ...entry, waiting: false, life });
    this.#anyway.delete(keyOf(entry));
    this.#isSending = "";
    this.parts.changed();
    await this.#trim();
  }

  async #forget(entry: Boxed): Promise<void> {
    await this.parts.box.remove([entry]);
    this.#waiting.delete(keyOf(entry));
    this.#anyway.delete(keyOf(entry));
    this.parts.changed();
  }

  #set(key: string, changes: Partial<Waiting>): void {
    const one = this.#waiting.get(key);
    if (one !== undefined) this.#waiting.set(key, { ...one, ...changes });
  }

  #lookLater(): void {
    const now = this.parts.timers.now();
    const pauses = [...this.#waiting.values()]
      .filter(({ entry }) => entry.problem === null && !this.#isDeleted(entry) && this.#isAllowed(entry))
      .map(({ notBefore }) =>
        Math.max(left(notBefore, now, LONGEST_OF_ALL_MS), left(this.#notBefore, now, LONGEST_OF_ALL_MS)),
      );
    if (pauses.length === 0 || !this.parts.isClear()) return; // then somebody calls `look`
    this.#callOff = this.parts.timers.after(Math.max(1, Math.min(...pauses)), () => this.look());
  }
}

/** What tests of the session play with: time that goes when told to, a store that counts, a server that follows a script. */
import type { Edit, Problem, SyncReply, SyncRequest } from "$sync/messages.ts";
import type { ProblemCode } from "$sync/schema.gen.ts";
import type { Connection } from "../store/status.ts";
import { Session } from "./session.ts";
import type { SyncStore } from "./session-parts.ts";
import type { Exchange, LiveListener, Transport } from "./transport.ts";

/** Timers whose time goes only when told to. */
export class VirtualTimers {
  ms = 1_000_000;
  #due: { at: number; work: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { at: this.ms + ms, work };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((one) => one !== timer);
    };
  }

  /** Sets the clock back; timers go by the time that passes. */
  setBack(ms: number): void {
    this.ms -= ms;
    for (const timer of this.#due) timer.at -= ms;
  }

  /** Milliseconds until the next timer. */
  get next(): number {
    return Math.min(...this.#due.map(({ at }) => at)) - this.ms;
  }

  /** Lets time pass, timer after timer; whatever was promised in between is kept. */
  async pass(ms: number): Promise<void> {
    const until = this.ms + ms;
    for (;;) {
      const [first] = this.#due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (first === undefined) break;
      this.ms = Math.max(this.ms, first.at);
      this.#due = this.#due.filter((one) => one !== first);
      first.work();
      await settled();
    }
    this.ms = until;
  }
}

/** Everything that can go on without time has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A store that counts: edits wait until they are pushed, one cursor moves. */
export class CountingStore implements SyncStore {
  budget = 131_072;
  edits: number[] = [];
  sequence = 0;
  applied = 0;
  isSuspect = false;
  isWipeDue = false;
  mayReadOn = true;
  held: number[] = [];
  aside: number[] = [];
  group: string | undefined;
  #sent: readonly number[] = [];
  #lastSent: readonly number[] = [];
  failNext = false;
  /** As on a device that is full: what a request tells of its checks could not be written. */
  isFull = false;

  get waiting(): number {
    return this.edits.length;
  }

  waitsBeyond(n: number): boolean {
    return this.edits.some((waiting) => waiting > n);
  }

  request(_report: object, share: number): SyncRequest {
    if (this.isFull) throw new Error("SQLITE_FULL");
    const count = share === 0 ? 0 : this.group === undefined ? Math.max(1, Math.floor(1000 * share)) : 1000;
    const group = this.group === undefined ? {} : { group: this.group };
    const numbers = count === 0 ? [] : this.#portion(count);
    const edits = numbers.map((n) => ({ n, ...group }) as Edit);
    const hold = numbers.filter((n) => this.held.includes(n));
    const of = { protocol: 1, schema: "x", device: 1, now: 0, cursors: this.cursors(), budget: this.budget };
    this.#sent = numbers;
    if (numbers.length > 0) this.#lastSent = numbers;
    return { ...of, edits, ...(hold.length > 0 && { hold }) };
  }

  /** What is to be held goes alone, and what has stepped aside after all others. */
  #portion(count: number): readonly number[] {
    if (this.group !== undefined) return this.edits;
    const others = this.edits.filter((n) => !this.aside.includes(n));
    const waiting = others.length > 0 ? others : this.edits;
    const held = waiting.findIndex((n) => this.held.includes(n));
    return waiting.slice(0, held === -1 ? count : Math.min(count, Math.max(1, held)));
  }

  apply(reply: SyncReply): void {
    if (this.failNext) {
      this.failNext = false;
      throw new Error("SQLITE_FULL");
    }
    this.applied += 1;
    // What has stepped aside keeps its number here, so that a test can name it.
    this.edits = this.edits.filter((n) => n > reply.pushed || (this.aside.includes(n) && !this.#sent.includes(n)));
    this.sequence = reply.cursors.shared?.[1] ?? this.sequence;
  }

  closeGap(first: number): void {
    this.edits = this.edits.map((_, at) => first + at);
  }

  hold(numbers: readonly number[]): void {
    this.held.push(...numbers);
  }

  setAside(rotates: boolean): boolean {
    if (rotates) this.aside = [...new Set([...this.aside, ...this.#lastSent])];
    return this.edits.some((n) => !this.aside.includes(n));
  }

  cursors() {
    return { shared: [1, this.sequence] as const };
  }
}

/** A transport that answers by a script and then says that everything is done. */
export class ScriptedTransport implements Transport {
  readonly requests: SyncRequest[] = [];
  script: ((request: SyncRequest) => Exchange | Promise<Exchange>)[] = [];
  listener: LiveListener | null = null;
  streams = 0;
  /** Whether a stream gets a connection. */
  connects = true;
  atOnce = 0;
  mostAtOnce = 0;

  async exchange(request: SyncRequest): Promise<Exchange> {
    this.requests.push(request);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const answer = await (this.script.shift() ?? done)(request);
    this.atOnce -= 1;
    return answer;
  }

  listen(listener: LiveListener) {
    this.listener = listener;
    this.streams += 1;
    if (this.connects) queueMicrotask(() => listener.opened());
    return {
      close: () => {
        this.listener = null;
      },
    };
  }
}

export function replyOf(request: SyncRequest, given: Partial<SyncReply> = {}): Exchange {
  const pushed = request.edits?.at(-1)?.n ?? 0; // which a request without edits never lowers in the counting store
  const reply = {
    now: 0,
    pushed,
    grants: [],
    verdicts: [],
    rows: {},
    cursors: {},
    complete: [],
    more: false,
    control: [],
    view: "",
    sums: {},
    repair: {},
    covered: 0,
    lease: 0,
    former: {},
    ...given,
  };
  return { kind: "reply", reply };
}

export const done = (request: SyncRequest) => replyOf(request);
export const page =
  (sequence: number, more = true) =>
  (request: SyncRequest) =>
    replyOf(request, { more, cursors: { shared: [1, sequence] } });
export const refuse =
  (code: ProblemCode, given: Partial<Problem> = {}) =>
  (): Exchange => ({
    kind: "problem",
    problem: { type: "about:blank", title: code, status: 400, code, ...given },
  });
export const INTERNAL: Exchange = { kind: "problem", problem: { type: "", title: "", status: 500, code: "internal" } };
export const timeout = (): Exchange => ({ kind: "timeout" });
export const unreachable = (): Exchange => ({ kind: "unreachable" });
/** An answer that is none of ours: the server's process died, or something before it spoke. */
export const fault = (): Exchange => ({ kind: "fault" });

/** Answers that the server refuses whenever a request carries the edit `n`, unless it is to hold it. */
export function failingOn(store: CountingStore, n: number, failure: Exchange) {
  return (request: SyncRequest): Exchange => {
    const isIn = request.edits?.some((edit) => edit.n === n) ?? false;
    return isIn && !store.held.includes(n) ? failure : replyOf(request);
  };
}

export function make() {
  const timers = new VirtualTimers();
  const store = new CountingStore();
  const transport = new ScriptedTransport();
  const failures: unknown[] = [];
  const wipes: number[] = [];
  const session = new Session({
    store,
    transport,
    timers,
    random: () => 0.999,
    report: () => ({}),
    changed: () => {},
    failed: (reason) => failures.push(reason),
    wipe: () => wipes.push(timers.now()),
  });
  const connection = (): Connection => session.state.connection;
  return { timers, store, transport, session, connection, failures, wipes };
}

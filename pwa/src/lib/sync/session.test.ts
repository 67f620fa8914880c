import { describe, expect, test } from "vitest";
import type { Edit, Problem, SyncReply, SyncRequest } from "$sync/messages.ts";
import { MAX_BUDGET, MIN_BUDGET, type ProblemCode } from "$sync/schema.gen.ts";
import type { Connection } from "../store/status.ts";
import { Session, type SyncStore, TIMES } from "./session.ts";
import type { Exchange, LiveListener, Transport } from "./transport.ts";

/** Timers whose time goes only when told to. */
class VirtualTimers {
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
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A store that counts: edits wait until they are pushed, one cursor moves. */
class CountingStore implements SyncStore {
  budget = 131_072;
  edits: number[] = [];
  sequence = 0;
  applied = 0;
  isSuspect = false;
  isWipeDue = false;
  held: number[] = [];
  group: string | undefined;
  failNext = false;

  get waiting(): number {
    return this.edits.length;
  }

  request(_report: object, share: number): SyncRequest {
    const count = share === 0 ? 0 : this.group === undefined ? Math.max(1, Math.floor(1000 * share)) : 1000;
    const group = this.group === undefined ? {} : { group: this.group };
    const edits = this.edits.slice(0, count).map((n) => ({ n, ...group }) as Edit);
    return { protocol: 1, schema: "x", device: 1, now: 0, edits, cursors: this.cursors(), budget: this.budget };
  }

  apply(reply: SyncReply): void {
    if (this.failNext) {
      this.failNext = false;
      throw new Error("SQLITE_FULL");
    }
    this.applied += 1;
    this.edits = this.edits.filter((n) => n > reply.pushed);
    this.sequence = reply.cursors.shared?.[1] ?? this.sequence;
  }

  closeGap(first: number): void {
    this.edits = this.edits.map((_, at) => first + at);
  }

  hold(numbers: readonly number[]): void {
    this.held.push(...numbers);
  }

  cursors() {
    return { shared: [1, this.sequence] as const };
  }
}

/** A transport that answers by a script and then says that everything is done. */
class ScriptedTransport implements Transport {
  readonly requests: SyncRequest[] = [];
  script: ((request: SyncRequest) => Exchange | Promise<Exchange>)[] = [];
  listener: LiveListener | null = null;
  streams = 0;
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
    return {
      close: () => {
        this.listener = null;
      },
    };
  }
}

function replyOf(request: SyncRequest, given: Partial<SyncReply> = {}): Exchange {
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
    ...given,
  };
  return { kind: "reply", reply };
}

const done = (request: SyncRequest) => replyOf(request);
const page =
  (sequence: number, more = true) =>
  (request: SyncRequest) =>
    replyOf(request, { more, cursors: { shared: [1, sequence] } });
const refuse =
  (code: ProblemCode, given: Partial<Problem> = {}) =>
  (): Exchange => ({
    kind: "problem",
    problem: { type: "about:blank", title: code, status: 400, code, ...given },
  });
const INTERNAL: Exchange = { kind: "problem", problem: { type: "", title: "", status: 500, code: "internal" } };
const timeout = (): Exchange => ({ kind: "timeout" });
const unreachable = (): Exchange => ({ kind: "unreachable" });

/** Answers that the server refuses whenever a request carries the edit `n`, unless it is to hold it. */
function failingOn(store: CountingStore, n: number, failure: Exchange) {
  return (request: SyncRequest): Exchange => {
    const isIn = request.edits?.some((edit) => edit.n === n) ?? false;
    return isIn && !store.held.includes(n) ? failure : replyOf(request);
  };
}

function make() {
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

describe("the sync loop", () => {
  test("asks at the start, then rests until the timer", async () => {
    const { timers, transport, session, connection } = make();
    session.start();
    await timers.pass(0);
    expect(transport.requests).toHaveLength(1);
    expect(connection()).toBe("up_to_date");
    await timers.pass(TIMES.timer - 1);
    expect(transport.requests).toHaveLength(1);
    await timers.pass(1);
    expect(transport.requests).toHaveLength(2);
  });

  test("goes on at once while there is more, and doubles the budget up to its limit", async () => {
    const { timers, store, transport, session } = make();
    transport.script = [1, 2, 3, 4, 5, 6, 7, 8].map((sequence) => page(sequence, sequence < 8));
    session.start();
    await timers.pass(0);
    expect(transport.requests).toHaveLength(8);
    expect(transport.requests.map(({ budget }) => budget).slice(0, 3)).toEqual([131_072, 262_144, 524_288]);
    expect(store.budget).toBe(MAX_BUDGET);
  });

  test("a server that promises more and sends nothing is not asked in a busy loop", async () => {
    const { timers, transport, session } = make();
    transport.script = [page(0), page(0)];
    session.start();
    await timers.pass(1000);
    expect(transport.requests).toHaveLength(1);
  });

  test("sends the first edit after a rest at once, those made meanwhile together, never two requests at a time", async () => {
    const { timers, store, transport, session } = make();
    session.start();
    await timers.pass(0);
    const { promise, resolve: answer } = Promise.withResolvers<Exchange>();
    transport.script = [() => promise];
    store.edits = [1];
    session.wake("write");
    await timers.pass(0);
    expect(transport.requests[1]?.edits?.map(({ n }) => n)).toEqual([1]);
    store.edits.push(2);
    session.wake("write");
    store.edits.push(3);
    session.wake("write");
    session.wake("button");
    await timers.pass(1000);
    expect(transport.requests).toHaveLength(2);
    answer(replyOf({ ...(transport.requests[1] as SyncRequest) }));
    await settled();
    await timers.pass(0);
    expect(transport.requests[2]?.edits?.map(({ n }) => n)).toEqual([2, 3]);
    expect(transport.requests).toHaveLength(3);
    expect(transport.mostAtOnce).toBe(1);
  });

  test("time-outs halve the budget down to a limit, and the edits are left out until an answer comes", async () => {
    const { timers, store, transport, session, connection } = make();
    store.edits = Array.from({ length: 1000 }, (_, at) => at + 1);
    transport.script = Array.from({ length: 12 }, () => timeout);
    session.start();
    await timers.pass(0);
    expect(connection()).toBe("offline");
    for (let at = 0; at < 11; at += 1) await timers.pass(timers.next);
    expect(transport.requests.map(({ edits }) => edits?.length).slice(0, 4)).toEqual([1000, 0, 0, 0]);
    expect(store.budget).toBe(MIN_BUDGET);
    await timers.pass(TIMES.longestPause);
    expect(store.waiting).toBe(0);
    expect(connection()).toBe("up_to_date");
    // It answered, only not to a thousand edits: half of them go next.
    expect(transport.requests.slice(12, 15).map(({ edits }) => edits?.length)).toEqual([0, 500, 500]);
  });

  test("no pause is longer than half the outage, so that a short one is over soon and a long one costs little", async () => {
    const { timers, transport, session } = make();
    transport.script = Array.from({ length: 500 }, () => unreachable);
    session.start();
    await timers.pass(0);
    const began = timers.ms;
    while (timers.ms - began < 3_600_000) {
      const bound = Math.max(TIMES.firstPause, (timers.ms - began) / 2);
      expect(timers.next).toBeLessThanOrEqual(Math.min(bound, TIMES.longestPause));
      await timers.pass(timers.next);
    }
    expect(transport.requests.length).toBeLessThan(90);
    transport.script = [];
    await timers.pass(TIMES.longestPause);
    transport.script = [unreachable];
    session.wake("button");
    await timers.pass(0);
    expect(timers.next).toBeLessThanOrEqual(TIMES.firstPause);
  });

  test("a write does not shorten the pause after a failure, coming back does", async () => {
    const { timers, transport, session } = make();
    transport.script = [unreachable, unreachable, unreachable];
    session.start();
    await timers.pass(TIMES.firstPause);
    const before = transport.requests.length;
    session.wake("write");
    await timers.pass(0);
    expect(transport.requests).toHaveLength(before);
    session.wake("return");
    await timers.pass(0);
    expect(transport.requests).toHaveLength(before + 1);
  });

  test("an edit written while a request finds out what failed is sent as soon as that is answered", async () => {
    const { timers, store, transport, session } = make();
    session.start();
    await timers.pass(0);
    const { promise, resolve: answer } = Promise.withResolvers<Exchange>();
    transport.script = [unreachable, () => promise];
    session.wake("button");
    await timers.pass(TIMES.firstPause);
    store.edits = [2];
    session.wake("write");
    answer(replyOf(transport.requests.at(-1) as SyncRequest));
    await settled();
    await timers.pass(0);
    expect(store.waiting).toBe(0);
  });

  test("too much in one request is halved until it fits", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1, 2, 3, 4].concat(Array.from({ length: 996 }, (_, at) => at + 5));
    transport.script = [refuse("too_large"), refuse("too_large")];
    session.start();
    await timers.pass(0);
    expect(transport.requests.slice(0, 3).map(({ edits }) => edits?.length)).toEqual([1000, 500, 250]);
    expect(store.waiting).toBe(0);
  });

  test("a gap is closed with the number that the server expects", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [9, 10];
    transport.script = [refuse("gap", { expected: 4 })];
    session.start();
    await timers.pass(0);
    expect(transport.requests[1]?.edits?.map(({ n }) => n)).toEqual([4, 5]);
    expect(store.waiting).toBe(0);
  });

  test("without a session it keeps everything and waits for the sign-in", async () => {
    for (const code of ["not_signed_in", "session_expired", "device_revoked", "wrong_device"] as const) {
      const { timers, store, transport, session, connection } = make();
      store.edits = [1];
      transport.script = [refuse(code)];
      session.start();
      await timers.pass(0);
      expect(connection()).toBe("signin_needed");
      session.wake("write");
      session.wake("return");
      await timers.pass(1000);
      expect(transport.requests).toHaveLength(1);
      expect(store.edits).toEqual([1]);
      session.wake("signed_in");
      await timers.pass(0);
      expect(connection()).toBe("up_to_date");
      expect(store.waiting).toBe(0);
    }
  });

  test("a newer protocol asks for an update and keeps everything", async () => {
    const { timers, store, transport, session, connection } = make();
    store.edits = [1];
    transport.script = [refuse("future_protocol")];
    session.start();
    await timers.pass(1000);
    expect(connection()).toBe("update_needed");
    expect(store.edits).toEqual([1]);
  });

  test("every refusal that the server knows leads to a next round trip", async () => {
    const codes = ["malformed", "internal", "unavailable", "rate_limited", "not_found", "unknown_kind"] as const;
    for (const code of codes) {
      const { timers, store, transport, session } = make();
      store.edits = [1];
      transport.script = [refuse(code, { retry_after: 90 })];
      session.start();
      await timers.pass(0);
      expect(session.state.problem).toBe(code);
      await timers.pass(89_000);
      expect(transport.requests).toHaveLength(1);
      await timers.pass(1000);
      expect(store.waiting).toBe(0);
      expect(session.state.problem).toBeNull();
    }
  });

  test("a reply says nothing of edits that its request did not carry: they may be those of a memory that was lost", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    transport.script = [timeout, (request) => replyOf(request, { pushed: 5 }), refuse("gap", { expected: 6 })];
    session.start();
    await timers.pass(TIMES.longestPause);
    expect(transport.requests.map(({ edits }) => edits?.map(({ n }) => n))).toEqual([[1], [], [1], [6]]);
    expect(store.waiting).toBe(0);
  });

  test("an answer that the device cannot store is asked for again", async () => {
    const { timers, store, session, failures } = make();
    store.edits = [1];
    store.failNext = true;
    session.start();
    await timers.pass(0);
    expect(failures).toHaveLength(1);
    expect(store.waiting).toBe(1);
    await timers.pass(TIMES.firstPause);
    expect(store.waiting).toBe(0);
  });

  test("waiting edits show as waiting although the server answers", async () => {
    const { timers, store, session, connection } = make();
    session.start();
    await timers.pass(0);
    store.edits = [1];
    expect(connection()).toBe("waiting");
  });

  test("a checksum that differs is told at once", async () => {
    const { timers, store, transport, session } = make();
    store.isSuspect = true;
    const settle = (request: SyncRequest) => {
      store.isSuspect = false;
      return replyOf(request);
    };
    transport.script = [done, settle];
    session.start();
    await timers.pass(1000);
    expect(transport.requests).toHaveLength(2);
  });

  test("a wipe that nothing unsent stands against is passed on, and the session is over", async () => {
    const { timers, store, transport, session, wipes } = make();
    transport.script = [
      (request) => {
        store.isWipeDue = true;
        return replyOf(request, { control: [{ control: "wipe" }] });
      },
    ];
    session.start();
    await timers.pass(TIMES.timer * 2);
    expect(wipes).toHaveLength(1);
    expect(transport.requests).toHaveLength(1);
  });

  test("a wipe that a crash cut short is done without asking again", async () => {
    const { timers, store, transport, session, wipes } = make();
    store.isWipeDue = true;
    session.start();
    await timers.pass(TIMES.timer * 2);
    expect([wipes.length, transport.requests.length]).toEqual([1, 0]);
  });

  test("nothing happens after the stop, whatever was under way", async () => {
    const { timers, store, transport, session } = make();
    const { promise, resolve: answer } = Promise.withResolvers<Exchange>();
    transport.script = [() => promise];
    session.start();
    await timers.pass(0);
    session.stop();
    answer(replyOf({ ...(transport.requests[0] as SyncRequest) }));
    await timers.pass(TIMES.timer * 3);
    expect(store.applied).toBe(0);
    expect(transport.requests).toHaveLength(1);
  });
});

describe("edits that the server fails on", () => {
  const edits = (transport: ScriptedTransport) => transport.requests.map(({ edits }) => edits?.length);

  test("go in halves until the bad one goes alone, and after three failures that one is held", async () => {
    const { timers, store, transport, session } = make();
    store.edits = Array.from({ length: 1000 }, (_, at) => at + 1);
    const answer = failingOn(store, 300, INTERNAL);
    transport.script = Array.from({ length: 200 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 3);
    expect(store.held).toEqual([300]);
    expect(store.waiting).toBe(0);
    const alone = transport.requests.filter(({ edits }) => edits?.length === 1 && edits[0]?.n === 300);
    // Three that failed, and the one with which the server takes it into custody.
    expect(alone).toHaveLength(4);
    expect(edits(transport).slice(0, 3)).toEqual([1000, 500, 250]);
  });

  test("a request that is refused as a whole parks no more than the edit that it is refused for", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1, 2, 3];
    const answer = failingOn(store, 2, refuse("malformed")());
    transport.script = Array.from({ length: 40 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 3);
    expect(store.held).toEqual([2]);
    expect(store.waiting).toBe(0);
  });

  test("a group is tried, and held, as a whole", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1, 2, 3];
    store.group = "g";
    transport.script = [refuse("internal"), refuse("internal"), refuse("internal"), done];
    session.start();
    await timers.pass(TIMES.longestPause);
    expect(store.held).toEqual([1, 2, 3]);
    expect(edits(transport)).toEqual([3, 3, 3, 3]);
  });

  test("while the network is gone, time-outs and broken connections prove nothing against an edit", async () => {
    for (const failure of [timeout, unreachable]) {
      const { timers, store, transport, session } = make();
      store.edits = [1];
      transport.script = Array.from({ length: 40 }, () => failure);
      session.start();
      await timers.pass(TIMES.longestPause * 60);
      expect(store.held).toEqual([]);
      expect(store.waiting).toBe(0);
    }
  });

  test("an edit that alone times out, or gets a 5xx, while the server answers everything else, is held after three times", async () => {
    for (const failure of [{ kind: "timeout" }, { kind: "fault" }] as const) {
      const { timers, store, transport, session } = make();
      store.edits = [1, 2];
      const answer = failingOn(store, 1, failure);
      transport.script = Array.from({ length: 60 }, () => answer);
      session.start();
      await timers.pass(TIMES.longestPause * 10);
      expect(store.held).toEqual([1]);
      expect(store.waiting).toBe(0);
      // Both, a request without, the first alone with one without between, three times, then in custody.
      expect(edits(transport).slice(0, 9)).toEqual([2, 0, 1, 0, 1, 0, 1, 0, 1]);
    }
  });

  test("one whose connection breaks every time is held too, but only after many times", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    const answer = failingOn(store, 1, { kind: "unreachable" });
    transport.script = Array.from({ length: 60 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 15);
    expect(store.held).toEqual([1]);
    expect(store.waiting).toBe(0);
    expect(edits(transport).filter((count) => count === 1).length).toBeGreaterThan(9);
  });

  test("what others did comes in meanwhile", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    transport.script = [timeout, page(7, false), timeout, page(8, false)];
    session.start();
    await timers.pass(TIMES.firstPause);
    expect(store.sequence).toBe(7);
    await timers.pass(TIMES.longestPause);
    expect(store.sequence).toBe(8);
  });

  test("a failure now and then is forgotten once the edit is taken", async () => {
    const { timers, store, transport, session } = make();
    for (let n = 1; n <= 6; n += 1) {
      store.edits = [n];
      transport.script = [refuse("internal"), refuse("internal")];
      session.wake("button");
      await timers.pass(TIMES.longestPause);
      expect(store.waiting).toBe(0);
    }
    expect(store.held).toEqual([]);
  });

  test("a server that cannot write at all says nothing against an edit", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    transport.script = Array.from({ length: 20 }, () => refuse("unavailable"));
    session.start();
    await timers.pass(TIMES.longestPause * 30);
    expect(store.held).toEqual([]);
    expect(store.waiting).toBe(0);
  });
});

describe("the live stream", () => {
  test("asks only when a head is ahead of the device", async () => {
    const { timers, transport, session } = make();
    transport.script = [page(5, false)];
    session.start();
    await timers.pass(0);
    transport.listener?.heads({ shared: [1, 5] });
    await timers.pass(10);
    expect(transport.requests).toHaveLength(1);
    transport.listener?.heads({ shared: [1, 6] });
    await timers.pass(0);
    expect(transport.requests).toHaveLength(2);
    transport.listener?.heads({ "t:new": [1, 1] });
    await timers.pass(0);
    expect(transport.requests).toHaveLength(3);
    expect(transport.streams).toBe(1);
  });

  test("a head that the request under way brings is not asked for again, one that it missed is at once", async () => {
    const { timers, transport, session } = make();
    session.start();
    await timers.pass(0);
    const { promise, resolve: answer } = Promise.withResolvers<Exchange>();
    transport.script = [() => promise];
    session.wake("button");
    await timers.pass(0);
    transport.listener?.heads({ shared: [1, 7] });
    answer(page(7, false)(transport.requests[1] as SyncRequest));
    await settled();
    await timers.pass(1000);
    expect(transport.requests).toHaveLength(2);

    const { promise: second, resolve: answerSecond } = Promise.withResolvers<Exchange>();
    transport.script = [() => second, page(9, false)];
    session.wake("button");
    await timers.pass(0);
    transport.listener?.heads({ shared: [1, 9] });
    answerSecond(page(8, false)(transport.requests[2] as SyncRequest));
    await settled();
    await timers.pass(0);
    expect(transport.requests).toHaveLength(4);
    await timers.pass(1000);
    expect(transport.requests).toHaveLength(4);
  });

  test("an interruption is found out by a round trip; where that is answered, the stream goes on by itself", async () => {
    const { timers, transport, session, connection } = make();
    session.start();
    await timers.pass(0);
    const before = transport.listener;
    transport.listener?.interrupted();
    await timers.pass(0);
    expect(transport.requests).toHaveLength(2);
    expect(connection()).toBe("up_to_date");
    expect(transport.listener).toBe(before);
  });

  test("a stream is closed with the last contact and opened again by the next", async () => {
    for (const lost of [unreachable, timeout]) {
      const { timers, transport, session, connection } = make();
      session.start();
      await timers.pass(0);
      transport.script = [lost];
      transport.listener?.interrupted();
      await timers.pass(0);
      expect(connection()).toBe("offline");
      expect([transport.listener, transport.streams]).toEqual([null, 1]);
      await timers.pass(TIMES.firstPause);
      expect(connection()).toBe("up_to_date");
      expect(transport.streams).toBe(2);
      expect(transport.requests).toHaveLength(3);
    }
  });

  test("a refused stream is tried again after a while", async () => {
    const { timers, transport, session } = make();
    session.start();
    await timers.pass(0);
    transport.listener?.ended();
    await timers.pass(TIMES.stream - 1);
    expect(transport.streams).toBe(1);
    await timers.pass(1);
    expect(transport.streams).toBe(2);
  });
});

test("any order of good and bad answers ends with everything sent", async () => {
  const seed = Number(process.env.SEED ?? 20261121);
  const runs = Number(process.env.RUNS ?? 200);
  for (let run = 0; run < runs; run += 1) {
    let state = (seed + run * 7919) >>> 0;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const { timers, store, transport, session } = make();
    const answers = [
      done,
      timeout,
      unreachable,
      refuse("unavailable"),
      refuse("internal"),
      refuse("too_large"),
      page(run),
    ];
    transport.script = Array.from({ length: 30 }, () => answers[Math.floor(random() * answers.length)] ?? done);
    store.edits = Array.from({ length: 1 + Math.floor(random() * 1500) }, (_, at) => at + 1);
    session.start();
    for (let turn = 0; turn < 60; turn += 1) {
      if (random() < 0.3) session.wake(random() < 0.5 ? "write" : "return");
      if (random() < 0.1) store.edits.push((store.edits.at(-1) ?? 5000) + 1);
      await timers.pass(Math.floor(random() * 90_000));
    }
    await timers.pass(TIMES.timer);
    expect({ run, seed, waiting: store.waiting, mostAtOnce: transport.mostAtOnce }).toEqual({
      run,
      seed,
      waiting: 0,
      mostAtOnce: 1,
    });
    session.stop();
  }
});

describe("while many pages are read", () => {
  const page = (sequence: number) => (request: SyncRequest) =>
    replyOf(request, { more: true, cursors: { shared: [1, sequence] } });
  const last = (sequence: number) => (request: SyncRequest) => replyOf(request, { cursors: { shared: [1, sequence] } });

  test("the next one is asked for before the last one is stored, from where that one ends", async () => {
    const { session, store, transport, timers } = make();
    const storedWhenAsked: number[] = [];
    const noting = (answer: (request: SyncRequest) => Exchange) => (request: SyncRequest) => {
      storedWhenAsked.push(store.applied);
      return answer(request);
    };
    transport.script = [noting(page(10)), noting(page(20)), noting(last(30))];
    session.start();
    await timers.pass(1);

    expect(transport.requests.map(({ cursors }) => cursors?.shared)).toEqual([
      [1, 0],
      [1, 10],
      [1, 20],
    ]);
    expect(storedWhenAsked).toEqual([0, 0, 1]);
    expect(store.applied).toBe(3);
    expect(transport.mostAtOnce).toBe(1);
  });

  test("what was asked for ahead is dropped where the page before it could not be stored", async () => {
    const { session, store, transport, timers } = make();
    store.failNext = true;
    transport.script = [page(10), page(20), page(10), last(20)];
    session.start();
    await timers.pass(TIMES.longestPause);

    expect(transport.requests.map(({ cursors }) => cursors?.shared?.[1]).slice(0, 4)).toEqual([0, 10, 0, 10]);
    expect(store.sequence).toBe(20);
  });

  test("what was asked for ahead does not stand for what is wanted while the page before it is stored, or after", async () => {
    const wishes: { readonly [name: string]: (parts: ReturnType<typeof make>) => void } = {
      head: ({ transport }) => transport.listener?.heads({ shared: [1, 31] }),
      button: ({ session }) => session.wake("button"),
      return: ({ session }) => session.wake("return"),
    };
    for (const wish of Object.values(wishes)) {
      for (const isStored of [false, true]) {
        const parts = make();
        const { session, store, transport, timers } = parts;
        transport.script = [
          page(10),
          page(20),
          (request) => {
            // The server has looked; now the page up to 20 is stored.
            const wishNow = () => wish(parts);
            const { apply } = store;
            store.apply = (reply) => {
              store.apply = apply;
              apply.call(store, reply);
              if (isStored) queueMicrotask(() => queueMicrotask(wishNow));
              else wishNow();
            };
            return last(30)(request);
          },
          last(31),
        ];
        session.start();
        await timers.pass(1);

        expect(transport.requests).toHaveLength(4);
        expect(store.sequence).toBe(31);
        expect(timers.next).toBe(TIMES.timer - 1);
        session.stop();
      }
    }
  });

  test("nothing is asked for ahead while edits wait: they go with the next request", async () => {
    const { session, store, transport, timers } = make();
    transport.script = [
      (request) => {
        store.edits = [1];
        return page(10)(request);
      },
      (request) => replyOf(request, { cursors: { shared: [1, 20] } }),
    ];
    session.start();
    await timers.pass(1);

    expect(transport.requests[1]?.edits?.map(({ n }) => n)).toEqual([1]);
  });
});

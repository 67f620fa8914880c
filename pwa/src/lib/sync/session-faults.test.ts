import { describe, expect, test } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import {
  done,
  failingOn,
  fault,
  INTERNAL,
  make,
  page,
  refuse,
  replyOf,
  type ScriptedTransport,
  timeout,
  unreachable,
} from "./fixtures.ts";
import { TIMES } from "./session-parts.ts";

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

  test("the bad one is found, and held, also where the answer to those before it was lost", async () => {
    for (const failure of [timeout, unreachable, fault]) {
      const { timers, store, transport, session } = make();
      store.edits = [1, 2, 3, 4];
      let pushed = 3;
      const answer = (request: SyncRequest) => {
        const { edits = [] } = request;
        if (edits.some(({ n }) => n === 4) && !store.held.includes(4)) return failure();
        pushed = Math.max(pushed, edits.at(-1)?.n ?? 0);
        return replyOf(request, { pushed });
      };
      transport.script = Array.from({ length: 500 }, () => answer);
      session.start();
      await timers.pass(TIMES.longestPause * 10);
      expect(store.held).toEqual([4]);
      expect(store.waiting).toBe(0);
    }
  });

  test("what the server takes but cannot answer in time goes in smaller parts", async () => {
    const { timers, store, transport, session } = make();
    store.edits = Array.from({ length: 800 }, (_, at) => at + 1);
    let pushed = 0;
    const answer = (request: SyncRequest) => {
      const { edits = [] } = request;
      pushed = Math.max(pushed, edits.at(-1)?.n ?? 0);
      return edits.length > 200 ? timeout() : replyOf(request, { pushed });
    };
    transport.script = Array.from({ length: 200 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 3);
    expect(
      edits(transport)
        .filter((count) => count !== 0)
        .slice(0, 3),
    ).toEqual([800, 400, 200]);
    expect(store.waiting).toBe(0);
  });

  test("a group larger than a request may be is tried again after a pause, not at once", async () => {
    const { timers, store, transport, session } = make();
    store.edits = Array.from({ length: 1001 }, (_, at) => at + 1);
    store.group = "g";
    transport.script = Array.from({ length: 3000 }, () => refuse("too_large"));
    session.start();
    await timers.pass(TIMES.longestPause);
    expect(transport.requests.length).toBeLessThan(30);
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

  test("one that does not get through even so stops none of the others, and is tried again now and then", async () => {
    for (const failure of [timeout(), unreachable(), fault(), INTERNAL]) {
      const { timers, store, transport, session } = make();
      store.edits = [1, 2, 3, 4, 5];
      let isOver = false;
      const answer = (request: SyncRequest) =>
        !isOver && request.edits?.some(({ n }) => n === 2) ? failure : replyOf(request);
      transport.script = Array.from({ length: 10_000 }, () => answer);
      session.start();
      await timers.pass(TIMES.longestPause * 20);
      expect([store.edits, store.held]).toEqual([[2], [2]]);
      // What comes later does not wait for it, and the day is spent resting.
      store.edits.push(6);
      session.wake("write");
      await timers.pass(TIMES.firstPause);
      expect(store.edits).toEqual([2]);
      const before = edits(transport).filter((count) => count === 1).length;
      await timers.pass(TIMES.timer * 12);
      const tried = edits(transport).filter((count) => count === 1).length - before;
      expect(tried).toBeGreaterThan(2);
      expect(tried).toBeLessThan(14);
      isOver = true;
      await timers.pass(TIMES.timer + TIMES.longestPause);
      expect(store.waiting).toBe(0);
    }
  });

  test("what others did comes in while the answers to one edit, which the server has, stay out", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    const answer = (request: SyncRequest) => {
      const sequence = Math.floor(timers.ms / TIMES.timer);
      if ((request.edits ?? []).length > 0) return timeout();
      return replyOf(request, { pushed: 1, cursors: { shared: [1, sequence] } });
    };
    transport.script = Array.from({ length: 1000 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 20);
    const read = store.sequence;
    await timers.pass(TIMES.timer * 3);
    expect(store.sequence).toBeGreaterThan(read);
    expect(store.edits).toEqual([1]);
    expect(session.state.connection).toBe("waiting");
    const before = edits(transport).filter((count) => count === 1).length;
    await timers.pass(TIMES.timer * 12);
    expect(edits(transport).filter((count) => count === 1).length - before).toBeLessThan(15);
  });

  test("a held one whose answer was lost steps aside only after two more that were, where the server seems to have it", async () => {
    for (const [lost, aside] of [
      [2, []],
      [3, [1]],
    ] as const) {
      const { timers, store, transport, session } = make();
      store.edits = [1, 2];
      let holds = 0;
      const answer = (request: SyncRequest) => {
        const { edits = [], hold = [] } = request;
        holds += hold.length;
        if (edits.length > 0 && store.edits[0] === 1 && (hold.length === 0 || holds <= lost)) return timeout();
        return replyOf(request, { pushed: edits.at(-1)?.n ?? (holds > 0 ? 1 : 0) });
      };
      transport.script = Array.from({ length: 200 }, () => answer);
      session.start();
      while (holds <= lost && store.aside.length === 0) await timers.pass(TIMES.firstPause);
      expect(store.aside).toEqual(aside);
      session.stop();
    }
  });

  test("no verdict is taken for an edit that the request did not carry", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1, 2, 3, 4];
    const taken: number[][] = [];
    transport.script = [timeout, done];
    transport.script.push((request) => {
      taken.push((request.edits ?? []).map(({ n }) => n));
      return replyOf(request, { pushed: 4, verdicts: [{ n: 4, verdict: "rejected" }] });
    });
    transport.script.push((request) => {
      taken.push((request.edits ?? []).map(({ n }) => n));
      return timeout();
    });
    session.start();
    await timers.pass(TIMES.longestPause);
    expect(taken[0]).toEqual([1, 2]);
    expect(taken[1]?.[0]).toBe(3);
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

  test("what has stepped aside is tried again also after the clock was set back", async () => {
    const { timers, store, transport, session } = make();
    store.edits = [1];
    let isOver = false;
    const answer = (request: SyncRequest) =>
      !isOver && (request.edits ?? []).length > 0
        ? timeout()
        : replyOf(request, { pushed: request.edits?.at(-1)?.n ?? 0 });
    transport.script = Array.from({ length: 10_000 }, () => answer);
    session.start();
    await timers.pass(TIMES.longestPause * 20);
    expect([store.edits, store.aside]).toEqual([[1], [1]]);
    isOver = true;
    timers.setBack(365 * 86_400_000);
    await timers.pass(TIMES.timer * 2);
    expect(store.waiting).toBe(0);
  });

  test("a clock that is set back during an outage does not make the pauses short", async () => {
    const { timers, transport, session } = make();
    transport.script = Array.from({ length: 10_000 }, () => unreachable);
    session.start();
    await timers.pass(TIMES.longestPause * 5);
    timers.setBack(365 * 86_400_000);
    const before = transport.requests.length;
    await timers.pass(3_600_000);
    expect(transport.requests.length - before).toBeLessThan(90);
  });
});

test("answers that cannot be stored, time and again, are told in the state until one can be", async () => {
  const { timers, store, session, failures } = make();
  session.start();
  await timers.pass(0);
  expect(session.state.problem).toBeNull();
  const apply = store.apply.bind(store);
  store.apply = () => {
    throw new Error("SQLITE_IOERR: disk I/O error");
  };
  session.wake("button");
  await timers.pass(0);
  // Once may be an accident.
  expect([failures.length, session.state.problem]).toEqual([1, null]);
  await timers.pass(TIMES.longestPause * 5);
  expect(session.state.problem).toBe("not_stored");
  store.apply = apply;
  await timers.pass(TIMES.longestPause);
  expect(session.state.problem).toBeNull();
});

test("so are those after the start, when nothing was stored yet", async () => {
  const { timers, store, session } = make();
  store.apply = () => {
    throw new Error("SQLITE_IOERR: disk I/O error");
  };
  session.start();
  await timers.pass(TIMES.longestPause * 5);
  expect(session.state).toMatchObject({ connection: "up_to_date", problem: "not_stored" });
});

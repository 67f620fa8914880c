import { describe, expect, test } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import { MAX_BUDGET, MIN_BUDGET } from "$sync/schema.gen.ts";
import { done, make, page, refuse, replyOf, settled, timeout, unreachable } from "./fixtures.ts";
import { TIMES } from "./session-parts.ts";
import type { Exchange } from "./transport.ts";

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

  test("a request that the device cannot make is made again by itself, and sends once there is room", async () => {
    const { timers, store, transport, session, failures } = make();
    store.edits = [1];
    store.isFull = true;
    session.start();
    await timers.pass(TIMES.longestPause);
    expect(transport.requests).toEqual([]);
    expect(failures.length).toBeGreaterThan(1);
    expect(session.state.syncing).toBe(false);
    store.isFull = false;
    await timers.pass(TIMES.longestPause);
    expect(store.waiting).toBe(0);
  });

  test("an answer after a sleep, or after the clock was set, says nothing about the clock: it is asked again at once", async () => {
    for (const ms of [2 * 3_600_000, -1_000]) {
      const { timers, transport, session } = make();
      transport.script = [
        (request) => {
          timers.ms += ms;
          return done(request);
        },
      ];
      session.start();
      await timers.pass(Math.max(ms, 0) + 1);
      expect(transport.requests).toHaveLength(2);
      session.stop();
    }
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

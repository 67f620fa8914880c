import { describe, expect, test } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import { make, page, refuse, settled, timeout, unreachable } from "./fixtures.ts";
import { TIMES } from "./session-parts.ts";
import type { Exchange } from "./transport.ts";

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

  test("a refused stream is opened again by itself, later and later, and costs no round trips", async () => {
    const { timers, transport, session } = make();
    session.start();
    await timers.pass(0);
    transport.listener?.ended();
    await timers.pass(TIMES.stream - 1);
    expect(transport.streams).toBe(2);
    const began = timers.ms;
    while (timers.ms - began < 3_600_000) {
      transport.listener?.ended();
      await timers.pass(1000);
    }
    expect(transport.streams).toBeLessThan(2 + 6 + 3_600_000 / (TIMES.longestStream / 2));
    expect(transport.requests.length).toBeLessThanOrEqual(2 + 3_600_000 / TIMES.timer);
    // What moved meanwhile the new stream tells at its beginning.
    await timers.pass(TIMES.longestStream);
    const before = transport.requests.length;
    transport.listener?.heads({ shared: [1, 9] });
    await timers.pass(0);
    expect(transport.requests).toHaveLength(before + 1);
  });

  test("one that breaks as soon as it stands is refused, one that stood for a while is not", async () => {
    for (const [stands, requests] of [
      [1_000, 15],
      [TIMES.steady, 200],
    ] as const) {
      const { timers, transport, session } = make();
      session.start();
      await timers.pass(0);
      for (let at = 0; at < 100; at += 1) {
        transport.listener?.opened();
        await timers.pass(stands);
        transport.listener?.interrupted();
        await timers.pass(0);
      }
      const isRefused = stands < TIMES.steady;
      expect(transport.requests.length < requests).toBe(true);
      expect(transport.requests.length > 100).toBe(!isRefused);
      expect(transport.streams > 1).toBe(isRefused);
    }
  });

  test("somebody who comes back does not wait for a refused stream", async () => {
    const { timers, transport, session } = make();
    session.start();
    await timers.pass(0);
    for (let at = 0; at < 8; at += 1) {
      transport.listener?.ended();
      await timers.pass(TIMES.longestStream);
    }
    transport.listener?.ended();
    const before = transport.streams;
    session.wake("return");
    await timers.pass(0);
    expect(transport.streams).toBe(before + 1);
  });
});

describe("a live stream that has gone silent", () => {
  const BEAT = 20_000;

  async function listening() {
    const made = make();
    made.session.start();
    await made.timers.pass(0);
    return made;
  }

  test("is opened anew after two and a half heartbeats, with a round trip", async () => {
    const { timers, transport } = await listening();
    transport.listener?.heartbeat(BEAT);
    for (let at = 0; at < 10; at += 1) {
      await timers.pass(BEAT * 2);
      transport.listener?.heartbeat(BEAT);
    }
    expect(transport.streams).toBe(1);
    const before = transport.requests.length;
    await timers.pass(BEAT * 2.5 - 1);
    expect([transport.streams, transport.requests.length]).toEqual([1, before]);
    await timers.pass(1);
    expect([transport.streams, transport.requests.length]).toEqual([2, before + 1]);
  });

  test("counts from anything that came", async () => {
    const { timers, transport } = await listening();
    transport.listener?.heartbeat(BEAT);
    await timers.pass(BEAT * 2);
    transport.listener?.heads({ shared: [1, 0] });
    await timers.pass(BEAT * 2);
    expect(transport.streams).toBe(1);
    await timers.pass(BEAT / 2);
    expect(transport.streams).toBe(2);
  });

  test("is nothing unusual where the server sends no heartbeats, also one that did before it was another", async () => {
    const { timers, transport } = await listening();
    transport.listener?.heads({ shared: [1, 0] });
    await timers.pass(3_600_000);
    expect(transport.streams).toBe(1);
    transport.listener?.heartbeat(BEAT);
    transport.listener?.interrupted();
    await timers.pass(0);
    transport.listener?.opened();
    transport.listener?.heads({ shared: [1, 0] });
    await timers.pass(3_600_000);
    expect(transport.streams).toBe(1);
  });

  test("and stays so when it is opened anew is opened later and later, the timer asking meanwhile", async () => {
    const { timers, transport } = await listening();
    transport.listener?.heartbeat(BEAT);
    const hour = 3_600_000;
    await timers.pass(hour);
    expect(transport.streams).toBeLessThan(8 + hour / (TIMES.longestStream / 2));
    expect(transport.requests.length).toBeLessThanOrEqual(3 + hour / TIMES.timer);
  });

  test("or does not even connect is given up, whether heartbeats are known to come or not", async () => {
    const { timers, transport, session } = make();
    transport.connects = false;
    session.start();
    await timers.pass(TIMES.timeout + TIMES.stream);
    expect(transport.streams).toBe(2);
  });

  test("is replaced for somebody who comes back after one heartbeat already, one that is on time is not", async () => {
    for (const [silent, streams] of [
      [BEAT - 1, 1],
      [BEAT + 1, 2],
    ] as const) {
      const { timers, transport, session } = await listening();
      transport.listener?.heartbeat(BEAT);
      await timers.pass(silent);
      session.wake("return");
      await timers.pass(0);
      expect(transport.streams).toBe(streams);
    }
  });

  test("is replaced also where the clock was set back meanwhile", async () => {
    const { timers, transport, session } = await listening();
    transport.listener?.heartbeat(BEAT);
    timers.ms -= 1_000;
    session.wake("return");
    await timers.pass(0);
    expect(transport.streams).toBe(2);
  });
});

describe("what the server asks for", () => {
  test("a pause is kept through heads, edits and coming back, and ended by the button alone", async () => {
    for (const code of ["rate_limited", "unavailable", "internal"] as const) {
      const { timers, store, transport, session } = make();
      session.start();
      await timers.pass(0);
      transport.script = [refuse(code, { retry_after: 90 })];
      session.wake("return");
      await timers.pass(0);
      const before = transport.requests.length;
      store.edits = [1];
      for (let second = 1; second < 90; second += 1) {
        transport.listener?.heads({ shared: [1, second] });
        for (const reason of ["write", "return", "head", "signed_in"] as const) session.wake(reason);
        await timers.pass(1_000);
      }
      expect(transport.requests).toHaveLength(before);
      await timers.pass(1_000);
      expect(transport.requests).toHaveLength(before + 1);
      transport.script = [refuse(code, { retry_after: 90 })];
      session.wake("button");
      await timers.pass(0);
      session.wake("button");
      await timers.pass(0);
      expect(transport.requests).toHaveLength(before + 3);
    }
  });

  test("a pause that a phone slept through, or whose clock was set back since, is over for somebody who comes back", async () => {
    for (const ms of [91_000, -86_400_000]) {
      const { timers, transport, session } = make();
      transport.script = [refuse("unavailable", { retry_after: 90 })];
      session.start();
      await timers.pass(0);
      timers.ms += ms;
      session.wake("return");
      await timers.pass(0);
      expect(transport.requests).toHaveLength(2);
    }
  });

  test("a pause after a failure is kept through heads", async () => {
    const { timers, transport, session } = make();
    session.start();
    await timers.pass(0);
    transport.script = [refuse("internal"), refuse("internal")];
    session.wake("button");
    await timers.pass(0);
    const before = transport.requests.length;
    for (let at = 1; at < 100; at += 1) transport.listener?.heads({ shared: [1, at] });
    await timers.pass(0);
    expect(transport.requests).toHaveLength(before);
  });
});

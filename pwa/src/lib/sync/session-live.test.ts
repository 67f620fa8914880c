import { describe, expect, test } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import { make, page, settled, timeout, unreachable } from "./fixtures.ts";
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

import { describe, expect, test } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import { make, replyOf } from "./fixtures.ts";
import { TIMES } from "./session-parts.ts";
import type { Exchange } from "./transport.ts";

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

  test("nothing is asked for ahead of a restored server: what it has acknowledged, only the stored page says", async () => {
    const { session, store, transport, timers } = make();
    const storedWhenAsked: number[] = [];
    const restored = (sequence: number, more: boolean) => (request: SyncRequest) => {
      storedWhenAsked.push(store.applied);
      return replyOf(request, { more, cursors: { shared: [2, sequence] } });
    };
    transport.script = [restored(10, true), restored(20, false)];
    session.start();
    await timers.pass(1);

    expect(storedWhenAsked).toEqual([0, 1]);
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

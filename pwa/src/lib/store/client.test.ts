import { afterEach, expect, test, vi } from "vitest";
import { openStore } from "./client.ts";
import { INITIAL_STATUS } from "./status.ts";
import type { ToPage, ToWorker } from "./wire.ts";

/** A page whose browser answers like that when it is asked to keep the storage; what the worker hears of it. */
function page(persist: (() => Promise<boolean>) | undefined) {
  const heard: ToWorker[] = [];
  let worker: { onmessage(event: { data: ToPage }): void; onerror(): void } | null = null;
  vi.stubGlobal(
    "Worker",
    class {
      onmessage = (_: { data: ToPage }) => {};
      onerror = () => {};
      constructor() {
        worker = this;
      }
      postMessage(message: ToWorker) {
        heard.push(message);
      }
    },
  );
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("navigator", { storage: persist && { persist } });
  const store = openStore({ account: { person: "p", name: "Marek", role: "rep", device: 7 }, version: "1" });
  const say = (message: ToPage) => worker?.onmessage({ data: message });
  return {
    store,
    say,
    fail: () => worker?.onerror(),
    kept: () => heard.flatMap((one) => (one.type === "persisted" ? one.persisted : [])),
  };
}

afterEach(() => vi.unstubAllGlobals());

test("what comes of asking to keep the storage is told to the worker and to who asked, each time", async () => {
  const answers = [false, false, true];
  const { store, kept } = page(async () => answers.shift() ?? true);
  await vi.waitFor(() => expect(kept()).toEqual([false]));
  expect(await store.askToKeep()).toBe(false);
  expect(await store.askToKeep()).toBe(true);
  expect(kept()).toEqual([false, false, true]);
});

test("a browser that cannot be asked, or fails, promises nothing", async () => {
  expect(await page(undefined).store.askToKeep()).toBe(false);
  expect(await page(() => Promise.reject(new TypeError())).store.askToKeep()).toBe(false);
});

test("a store that was let go of says nothing more", async () => {
  const { store, kept } = page(async () => true);
  await vi.waitFor(() => expect(kept()).toEqual([true]));
  store.close();
  await store.askToKeep();
  expect(kept()).toEqual([true]);
});

test("a worker that cannot run is told as such; one that reports a defect later still answers", async () => {
  const broken = page(undefined);
  broken.fail();
  expect(broken.store.status.phase).toEqual({ name: "failed", code: "unsupported" });
  const { store, say, fail } = page(undefined);
  say({ type: "status", status: { ...INITIAL_STATUS, phase: { name: "ready" } } });
  const exported = store.exportUnsent();
  fail();
  say({ type: "answer", seq: 0, answer: { ok: true, value: "work", reads: [] } });
  expect(await exported).toBe("work");
  expect(store.status.phase.name).toBe("ready");
});

test("what an older tab that leads does not tell of is as it was before anything was told", () => {
  const { store, say } = page(undefined);
  const { arriving: _arriving, ...older } = INITIAL_STATUS;
  say({ type: "status", status: { ...older, phase: { name: "ready" } } as typeof INITIAL_STATUS });
  expect([store.status.phase.name, store.status.arriving]).toEqual(["ready", null]);
});

test("the account has the role that the store told last, and keeps it where a store fails", () => {
  const { store, say } = page(undefined);
  expect(store.account.role).toBe("rep");
  say({ type: "status", status: { ...INITIAL_STATUS, role: "manager" } });
  expect(store.account).toEqual({ person: "p", name: "Marek", role: "manager", device: 7 });
  say({ type: "status", status: INITIAL_STATUS });
  expect(store.account.role).toBe("manager");
});

test("what waits until nothing asked is without an answer hears of the last one, be it a refusal", async () => {
  const { store, say } = page(undefined);
  await store.answered(); // nothing was asked
  const [known, refused] = [store.exportUnsent(), store.exportUnsent()];
  let isAnswered = false;
  const answered = store.answered().then(() => {
    isAnswered = true;
  });
  say({ type: "answer", seq: 0, answer: { ok: true, value: "work", reads: [] } });
  await known;
  expect(isAnswered).toBe(false);
  say({ type: "answer", seq: 1, answer: { ok: false, code: "internal", message: "a defect" } });
  await expect(refused).rejects.toThrow("a defect");
  await answered;
});

test("nothing waits for an answer any more once a store could not be opened, or was let go of", async () => {
  const [failed, closed] = [page(undefined), page(undefined)];
  const asked = [failed, closed].map(({ store }) => expect(store.exportUnsent()).rejects.toThrow());
  const answered = [failed, closed].map(({ store }) => store.answered());
  failed.fail();
  closed.store.close();
  await Promise.all([...asked, ...answered]);
});

import { afterEach, expect, test, vi } from "vitest";
import { openStore } from "./client.ts";
import type { ToWorker } from "./wire.ts";

/** A page whose browser answers like that when it is asked to keep the storage; what the worker hears of it. */
function page(persist: (() => Promise<boolean>) | undefined) {
  const heard: ToWorker[] = [];
  vi.stubGlobal(
    "Worker",
    class {
      postMessage(message: ToWorker) {
        heard.push(message);
      }
    },
  );
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("navigator", { storage: persist && { persist } });
  const store = openStore({ account: { person: "p", name: "Marek", role: "rep", device: 7 }, version: "1" });
  return { store, kept: () => heard.flatMap((one) => (one.type === "persisted" ? one.persisted : [])) };
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

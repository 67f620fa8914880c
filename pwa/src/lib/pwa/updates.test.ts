import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** A browser in which a new version waits; `take` is another tab that accepts it. */
function browser() {
  const waiting = Object.assign(new EventTarget(), { state: "installed", postMessage: vi.fn() });
  const registration = Object.assign(new EventTarget(), { waiting, installing: null, update: async () => {} });
  const container = Object.assign(new EventTarget(), { controller: {}, register: async () => registration });
  const reload = vi.fn();
  vi.stubGlobal("navigator", { serviceWorker: container });
  const querySelector = () => ({ content: "1" });
  vi.stubGlobal("document", Object.assign(new EventTarget(), { querySelector }));
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal("location", { reload });
  const take = () => {
    waiting.state = "activated";
    container.dispatchEvent(new Event("controllerchange"));
  };
  return { waiting, reload, take };
}

/** What every page has for itself. */
async function updates() {
  vi.resetModules();
  return (await import("./updates.svelte.ts")).updates;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a new version that waits is asked to take over, and the page begins anew once it has", async () => {
  const { waiting, reload, take } = browser();
  const page = await updates();
  await page.start();
  expect(page.ready).toBe(true);
  page.accept();
  expect(waiting.postMessage).toHaveBeenCalledWith("skip-waiting");
  expect(reload).not.toHaveBeenCalled();
  take();
  expect(reload).toHaveBeenCalledOnce();
});

test("a page whose new version was accepted in another tab goes on, and begins anew at once when it accepts too", async () => {
  const { reload, take } = browser();
  const page = await updates();
  await page.start();
  page.later();
  take();
  page.fallBehind();
  expect(page.ready).toBe(true);
  expect(reload).not.toHaveBeenCalled();
  page.accept();
  expect(reload).toHaveBeenCalledOnce();
});

test("a page begins anew by itself once, not for ever where it comes back as it was", async () => {
  const { reload } = browser();
  (await updates()).restart();
  (await updates()).restart();
  expect(reload).toHaveBeenCalledOnce();
});

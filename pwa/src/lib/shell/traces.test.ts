import { beforeEach, expect, test, vi } from "vitest";
import { keepInTab, keptByName, keptInTab, remember, remembered } from "#lib/browser/remembered";
import { calls } from "./calls.svelte";
import { keepOpened, recentlyOpened } from "./recent";
import { forgetTraces } from "./traces";

/** A storage as a browser has it: its keys are its own properties. */
function storage(): Storage {
  const plain: Record<string, string> = {};
  Object.defineProperties(plain, {
    getItem: { value: (key: string) => plain[key] ?? null },
    setItem: { value: (key: string, value: string) => void Object.assign(plain, { [key]: value }) },
    removeItem: { value: (key: string) => Reflect.deleteProperty(plain, key) },
  });
  return plain as unknown as Storage;
}

beforeEach(() => {
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("document", { visibilityState: "visible" });
});

test("a call that was just begun goes with the person, whether his device is wiped or he signs out", () => {
  vi.useFakeTimers();
  const now = Date.UTC(2026, 10, 21, 8);
  calls.begin({ customer: "c", name: "Nowak", contact: null, at: now });
  calls.comeBack(now + 1_000);
  forgetTraces("marek");
  expect([calls.asked, localStorage.getItem("routebook.call")]).toEqual([null, null]);
  vi.advanceTimersByTime(60_000);
  expect(calls.asked).toBeNull();
  vi.useRealTimers();
});

test("so do the customers that he opened last, and not those of another", () => {
  keepOpened(localStorage, "marek", "c");
  keepOpened(localStorage, "anna", "d");
  forgetTraces("marek");
  expect(recentlyOpened(localStorage, "marek")).toEqual([]);
  expect(recentlyOpened(localStorage, "anna")).toEqual(["d"]);
});

test("so does what the tab kept of his screens, and does not come back when the page is left", () => {
  const listeners: (() => void)[] = [];
  vi.stubGlobal("addEventListener", (_: string, listener: () => void) => listeners.push(listener));
  keptByName<object>("routebook.screens").set("search", { text: "Nowak" });
  keepInTab("routebook.customers", JSON.stringify({ search: "Nowak" }));
  forgetTraces("marek");
  for (const leave of listeners) leave();
  expect(keptInTab("routebook.customers")).toBeNull();
  expect(JSON.stringify(sessionStorage)).not.toContain("Nowak");
});

test("the device's own habits stay", () => {
  remember("routebook.theme", "dark");
  keepInTab("routebook-left-version", "1");
  forgetTraces("marek");
  expect([remembered("routebook.theme"), keptInTab("routebook-left-version")]).toEqual(["dark", "1"]);
});

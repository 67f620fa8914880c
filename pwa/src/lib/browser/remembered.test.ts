import { afterEach, expect, test, vi } from "vitest";
import { keptByName, remember, remembered } from "./remembered";

afterEach(() => vi.unstubAllGlobals());

test("what is remembered is there again, until it is forgotten", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  remember("a", "1");
  expect(remembered("a")).toBe("1");
  remember("a", null);
  expect(remembered("a")).toBeNull();
});
test("what a tab keeps by name is there after a reload, and damage costs only that", () => {
  const [tab, listeners] = [new Map<string, string>(), new Map<string, () => void>()];
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, value: string) => tab.set(key, value),
  });
  vi.stubGlobal("addEventListener", (name: string, listener: () => void) => listeners.set(name, listener));
  keptByName<number>("places").set("deals", 640);
  expect(keptByName<number>("places").size, "nothing is written while the page is open").toBe(0);
  keptByName<number>("places").set("deals", 640);
  listeners.get("pagehide")?.();
  expect(keptByName<number>("places").get("deals")).toBe(640);
  const places = keptByName<number>("places").set("deals", 80);
  listeners.get("visibilitychange")?.();
  expect(keptByName<number>("places"), "a phone may end what is out of sight").toEqual(places);
  tab.set("places", "{");
  expect(keptByName<number>("places").size).toBe(0);
});
test("a browser that forbids it stops nothing", () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  remember("a", "1");
  remember("a", null);
  expect(remembered("a")).toBeNull();
});

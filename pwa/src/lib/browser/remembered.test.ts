import { afterEach, expect, test, vi } from "vitest";
import { remember, remembered } from "./remembered";

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
test("a browser that forbids it stops nothing", () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  remember("a", "1");
  remember("a", null);
  expect(remembered("a")).toBeNull();
});

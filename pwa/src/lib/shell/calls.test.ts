import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { dictionary } from "#lib/i18n/words.svelte";
import { toasts } from "#lib/ui/toasts.svelte";
import { calls } from "./calls.svelte";

beforeAll(() => dictionary.open("en"));

const NOW = Date.UTC(2026, 10, 21, 8);
const CALL = { customer: "c", name: "Nowak", contact: null, at: NOW };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.useFakeTimers();
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  for (const { id } of toasts.shown) toasts.dismiss(id);
  calls.begin(CALL);
  calls.comeBack(NOW + 1000);
});

test("a call is asked about when one comes back from it", () => {
  expect(calls.asked).toEqual(CALL);
});

test("a tap beside the question puts it away, and a toast brings it back", () => {
  calls.putAway(() => NOW + 2000);
  expect(calls.asked).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(calls.asked, "not while one goes on working").toBeNull();
  toasts.shown[0]?.undo?.();
  expect(calls.asked).toEqual(CALL);
});

test("a question that was put away comes again at the next return to the app", () => {
  calls.putAway(() => NOW + 2000);
  calls.comeBack(NOW + 60_000);
  expect(calls.asked).toEqual(CALL);
});

test("a call that is logged, or was never made, is not asked about again", () => {
  calls.end();
  calls.putAway(() => NOW + 2000);
  calls.comeBack(NOW + 60_000);
  expect(calls.asked).toBeNull();
  expect(toasts.shown).toEqual([]);
});

import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
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
  calls.forget();
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
  calls.end(() => NOW + 1500);
  calls.putAway(() => NOW + 2000);
  calls.comeBack(NOW + 60_000);
  expect(calls.asked).toBeNull();
  expect(toasts.shown).toEqual([]);
});

describe("a second call before the first has its result", () => {
  const SECOND = { customer: "d", name: "Wrona", contact: "k", at: NOW + 60_000 };
  const now = () => NOW + 70_000;
  beforeEach(() => {
    calls.putAway(() => NOW + 2000);
    calls.begin(SECOND);
    calls.comeBack(now());
  });

  test("is asked about first, and the first one after it", () => {
    expect(calls.asked).toEqual(SECOND);
    calls.end(now);
    expect(calls.asked, "the question is seen to be another one").toBeNull();
    vi.advanceTimersByTime(1000);
    expect(calls.asked).toEqual(CALL);
    calls.end(now);
    vi.advanceTimersByTime(1000);
    expect(calls.asked).toBeNull();
  });

  test("is still the one in question when one comes back once more", () => {
    calls.end(now);
    vi.advanceTimersByTime(1000);
    calls.begin({ ...SECOND, at: NOW + 80_000 });
    calls.comeBack(NOW + 81_000);
    expect(calls.asked, "no question changes under the finger").toEqual(CALL);
  });

  test("is asked about no more than the first when one signs out", () => {
    calls.forget();
    calls.comeBack(now());
    expect(calls.asked).toBeNull();
  });
});

test("a call that the app before kept is asked about, and another one beside it", () => {
  calls.forget();
  localStorage.setItem("routebook.call", JSON.stringify(CALL));
  const second = { ...CALL, customer: "d", at: NOW + 60_000 };
  calls.begin(second);
  calls.comeBack(NOW + 61_000);
  expect(calls.asked).toEqual(second);
  calls.end(() => NOW + 62_000);
  vi.advanceTimersByTime(1000);
  expect(calls.asked).toEqual(CALL);
});

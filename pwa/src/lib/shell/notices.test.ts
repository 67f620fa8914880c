import { afterEach, expect, test, vi } from "vitest";
import { mayOffer, mayRestart, whenAway } from "./notices.svelte";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const idle = { ready: true, wasOffered: false, writing: false, sheets: 0 };

test("a new version is offered where nothing is being written and no sheet is open", () => {
  expect(mayOffer(idle)).toBe(true);
  expect(mayOffer({ ...idle, writing: true })).toBe(false);
  expect(mayOffer({ ...idle, sheets: 1 })).toBe(false);
});

test("what is offered stays while one begins to write, and goes with the answer", () => {
  expect(mayOffer({ ...idle, wasOffered: true, writing: true, sheets: 1 })).toBe(true);
  expect(mayOffer({ ...idle, wasOffered: true, ready: false })).toBe(false);
});

test("a page that is behind begins anew by itself only where nothing is half written and nothing can be taken back", () => {
  const rest = { behind: true, working: false, writing: false, sheets: 0, unsaved: 0, toasts: 0 };
  expect(mayRestart(rest)).toBe(true);
  expect(mayRestart({ ...rest, behind: false })).toBe(false);
  for (const busy of [{ working: true }, { writing: true }, { sheets: 1 }, { unsaved: 1 }, { toasts: 1 }]) {
    expect(mayRestart({ ...rest, ...busy })).toBe(false);
  }
});

test("a page is away once it has been hidden for a while, and not when one comes back or it is called off", () => {
  vi.useFakeTimers();
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  const show = (visibilityState: string) => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const work = vi.fn();
  const callOff = whenAway(work);
  vi.advanceTimersByTime(10_000);
  show("hidden");
  vi.advanceTimersByTime(1_000);
  show("visible");
  vi.advanceTimersByTime(10_000);
  expect(work).not.toHaveBeenCalled();
  show("hidden");
  vi.advanceTimersByTime(3_000);
  expect(work).toHaveBeenCalledOnce();
  show("visible");
  show("hidden");
  callOff();
  vi.advanceTimersByTime(10_000);
  expect(work).toHaveBeenCalledOnce();
});

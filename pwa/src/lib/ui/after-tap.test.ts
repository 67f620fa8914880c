import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterTap } from "./after-tap";

let active: object | null = null;
const page = new EventTarget();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("document", { querySelector: () => active });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("without a tap it is the next task, and no sooner", () => {
  active = null;
  const work = vi.fn();
  afterTap(work);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledOnce();
});

test("during a tap it waits for its end and what is tapped by it, and is done once", () => {
  active = {};
  const work = vi.fn();
  afterTap(work);
  vi.advanceTimersByTime(1_000);
  page.dispatchEvent(new Event("mouseup"));
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(0);
  page.dispatchEvent(new Event("mouseup"));
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledOnce();
});

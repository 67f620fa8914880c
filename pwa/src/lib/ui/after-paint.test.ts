import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterPaint, inNextTask } from "./after-paint";

let frames: (() => void)[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (begin: () => void) => frames.push(begin));
  vi.stubGlobal("cancelAnimationFrame", (number: number) => frames.splice(number - 1, 1, () => {}));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const paint = () => {
  for (const begin of frames) begin();
  vi.advanceTimersByTime(0);
};

test("work waits for the frame in which the rest is painted, and is done once", () => {
  const work = vi.fn();
  afterPaint(work);
  vi.advanceTimersByTime(0);
  expect(work).not.toHaveBeenCalled();
  paint();
  vi.advanceTimersByTime(10_000);
  expect(work).toHaveBeenCalledOnce();
});

test("a page that is not painted does not wait for ever", () => {
  const work = vi.fn();
  afterPaint(work);
  vi.advanceTimersByTime(250);
  paint();
  expect(work).toHaveBeenCalledOnce();
});

test("work that is called off is not done, before its frame and after it", () => {
  const work = vi.fn();
  afterPaint(work)();
  paint();
  const callOff = afterPaint(work);
  frames[1]?.();
  callOff();
  vi.advanceTimersByTime(10_000);
  expect(work).not.toHaveBeenCalled();
});

test("work of the next task is not done in this one, waits for no frame, and can be called off", () => {
  const work = vi.fn();
  inNextTask(work);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledOnce();
  inNextTask(work)();
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledOnce();
});

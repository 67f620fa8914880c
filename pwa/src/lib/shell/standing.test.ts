import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whenStanding } from "./standing";

let frames: (() => void)[] = [];
let idle: (() => void)[] = [];
beforeEach(() => {
  frames = [];
  idle = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const later = (list: () => (() => void)[]) => (begin: () => void) => list().push(begin);
  const off = (list: () => (() => void)[]) => (number: number) => list().splice(number - 1, 1, () => {});
  vi.stubGlobal(
    "requestAnimationFrame",
    later(() => frames),
  );
  vi.stubGlobal(
    "cancelAnimationFrame",
    off(() => frames),
  );
  vi.stubGlobal(
    "requestIdleCallback",
    later(() => idle),
  );
  vi.stubGlobal(
    "cancelIdleCallback",
    off(() => idle),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function screen() {
  const work = vi.fn();
  const answer = Promise.withResolvers<void>();
  const callOff = whenStanding({ answered: () => answer.promise }, work);
  const stages = {
    answered: async () => {
      answer.resolve();
      await answer.promise;
    },
    painted: async () => {
      for (const begin of frames.splice(0)) begin();
      vi.advanceTimersByTime(0);
    },
    idle: async () => {
      for (const begin of idle.splice(0)) begin();
    },
  };
  return { work, callOff, stages: Object.values(stages) };
}

test("what is prepared waits for the answers, for their paint, and for idle time", async () => {
  const { work, stages } = screen();
  for (const stage of stages) {
    expect(work).not.toHaveBeenCalled();
    await stage();
  }
  expect(work).toHaveBeenCalledOnce();
});

test.each([0, 1, 2])("what is called off after %i of these is not done", async (count) => {
  const { work, callOff, stages } = screen();
  for (const stage of stages.slice(0, count)) await stage();
  callOff();
  for (const stage of stages) await stage();
  expect(work).not.toHaveBeenCalled();
});

import { afterEach, expect, test, vi } from "vitest";
import { Dragging } from "./dragging.svelte";

afterEach(() => vi.unstubAllGlobals());

/** Twenty rows of 72 px in a list of 400, the frames that were asked for, and what was moved. */
function list() {
  const frames: (() => void)[] = [];
  vi.stubGlobal("requestAnimationFrame", (work: () => void) => frames.push(work));
  vi.stubGlobal("cancelAnimationFrame", () => frames.splice(0));
  vi.stubGlobal("getComputedStyle", () => ({ overflowY: "auto" }));
  vi.stubGlobal("document", { body: {}, scrollingElement: null });
  const box = () => ({ top: 0, bottom: 400 });
  const scroller = {
    scrollTop: 0,
    scrollHeight: 2_000,
    clientHeight: 400,
    getBoundingClientRect: box,
    parentElement: null,
  };
  const rows = Array.from({ length: 20 }, (_, at) => ({
    parentElement: scroller,
    getBoundingClientRect: () => ({ top: at * 72 - scroller.scrollTop, height: 72 }),
  }));
  const moved = vi.fn();
  const dragging = new Dragging(() => rows as never, moved);
  const finger = (clientY: number) =>
    ({ button: 0, pointerId: 1, clientY, currentTarget: { setPointerCapture: () => undefined } }) as never;
  const pass = (count: number) => {
    for (let at = 0; at < count; at += 1) frames.shift()?.();
  };
  return { dragging, finger, pass, moved, scroller };
}

test("a finger that only rests on a grip near the edge moves nothing, however long", () => {
  const { dragging, finger, pass, moved, scroller } = list();
  dragging.grip(finger(390), 5);
  dragging.pull(finger(392)); // it trembles
  pass(90);
  dragging.drop();
  expect([moved.mock.calls, scroller.scrollTop]).toEqual([[], 0]);
});

test("a finger that has pulled a row to the edge and rests there takes it on, and back", () => {
  const { dragging, finger, pass, moved } = list();
  dragging.grip(finger(100), 1);
  dragging.pull(finger(399));
  pass(60);
  dragging.drop();
  expect(moved.mock.calls[0]?.[0]).toBe(1);
  expect(moved.mock.calls[0]?.[1]).toBeGreaterThan(10);
});

test("what is let go of where it was taken, or taken away, is not moved", () => {
  const { dragging, finger, moved } = list();
  dragging.grip(finger(100), 1);
  dragging.pull(finger(250));
  dragging.pull(finger(101));
  dragging.drop();
  dragging.grip(finger(100), 1);
  dragging.pull(finger(390));
  dragging.cancel();
  dragging.drop();
  expect(moved).not.toHaveBeenCalled();
  expect(dragging.from).toBeNull();
});

import { beforeEach, expect, test } from "vitest";
import { guardTaps, type Hit, isSecondHalf } from "./taps";

const button = (): Hit => ({ node: {}, acts: true, repeats: null });
const stepper = (about = ""): Hit => ({ node: {}, acts: true, repeats: about });
const text = (): Hit => ({ node: {}, acts: false, repeats: "" });
const [first, next] = [button(), button()];
const tap = { at: 1_000, x: 40, y: 300, on: first };
const press = { at: 1_180, x: 44, y: 297, count: null };

test("a second tap at once on the same place was meant for what the first has hit", () => {
  expect(isSecondHalf(tap, press, next)).toBe(true);
  expect(isSecondHalf(tap, press, first)).toBe(true);
});

test("a tap elsewhere or after a look counts", () => {
  expect(isSecondHalf(tap, { ...press, y: 348 }, next)).toBe(false);
  expect(isSecondHalf(tap, { ...press, at: 1_400 }, next)).toBe(false);
});

test("what is meant to be tapped quickly is, as long as it is the same or has the same name", () => {
  const [more, step] = [stepper(), stepper("step-next")];
  expect(isSecondHalf({ ...tap, on: more }, press, more)).toBe(false);
  expect(isSecondHalf({ ...tap, on: more }, press, stepper())).toBe(true);
  expect(isSecondHalf({ ...tap, on: step }, press, stepper("step-next"))).toBe(false);
  expect(isSecondHalf({ ...tap, on: step }, press, { ...step, repeats: "other" })).toBe(true);
});

test("of a mouse the system says what is a double click", () => {
  expect(isSecondHalf(tap, { ...press, count: 1 }, next)).toBe(false);
  expect(isSecondHalf(tap, { ...press, at: 1_600, count: 2 }, next)).toBe(true);
});

interface Sent {
  readonly on: Hit;
  readonly x?: number;
  readonly count?: number;
  readonly kind?: "touch" | "mouse";
}

let root: EventTarget;
let heard: Hit[];
let now: number;
beforeEach(() => {
  root = new EventTarget();
  heard = [];
  now = 1_000;
  let on: Hit = text();
  guardTaps(root, () => on);
  root.addEventListener("sent", (event) => {
    on = (event as CustomEvent<Hit>).detail;
  });
  root.addEventListener("click", () => heard.push(on));
});

function send(type: string, { on, x = 40, count = 1, kind = "touch" }: Sent): boolean {
  root.dispatchEvent(new CustomEvent("sent", { detail: on }));
  const event = new Event(type, { cancelable: true });
  const detail = type === "pointerdown" ? 0 : count;
  const told = { timeStamp: now, clientX: x, clientY: 300, detail, pointerType: kind, isPrimary: true };
  for (const [name, value] of Object.entries(told)) Object.defineProperty(event, name, { value });
  return root.dispatchEvent(event);
}
function doTap(sent: Sent, after = 0) {
  now += after;
  send("pointerdown", sent);
  send("mousedown", sent);
  send("click", sent);
}

test("three taps in a row are one", () => {
  doTap({ on: first });
  doTap({ on: next }, 300);
  doTap({ on: next }, 300);
  expect(heard).toEqual([first]);
  doTap({ on: next }, 500);
  expect(heard).toEqual([first, next]);
});

test("a second half gives no focus", () => {
  doTap({ on: first });
  send("pointerdown", { on: next });
  expect(send("mousedown", { on: next })).toBe(false);
});

test("what has come under the finger between its coming down and its going up is not hit", () => {
  const more = stepper();
  doTap({ on: more });
  send("pointerdown", { on: more });
  send("click", { on: next });
  expect(heard).toEqual([more]);
});

test("a tap elsewhere, on bare text too, ends what was before it", () => {
  doTap({ on: first });
  doTap({ on: text(), x: 200 }, 100);
  doTap({ on: next }, 100);
  expect(heard).toHaveLength(3);
});

test("of two taps on bare text both are heard", () => {
  const word = text();
  doTap({ on: word });
  doTap({ on: word }, 150);
  expect(heard).toEqual([word, word]);
});

test("a key and a screen reader always count, and the click that a label's field gets counts", () => {
  doTap({ on: first });
  send("click", { on: next, count: 0 });
  send("click", { on: next, count: 1 });
  expect(heard).toEqual([first, next, next]);
});

test("a finger that scrolls taps nothing", () => {
  doTap({ on: first });
  send("pointerdown", { on: first });
  send("pointercancel", { on: first });
  send("click", { on: next, count: 1 });
  expect(heard).toEqual([first, next]);
});

test("a double click is one click, two clicks are two, however quick", () => {
  doTap({ on: first, kind: "mouse" });
  doTap({ on: next, kind: "mouse", count: 2 }, 450);
  expect(heard).toEqual([first]);
  doTap({ on: next, kind: "mouse" }, 10);
  expect(heard).toEqual([first, next]);
});

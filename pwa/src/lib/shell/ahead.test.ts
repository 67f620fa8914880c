import { expect, test } from "vitest";
import { Ahead } from "./ahead.svelte";

/** A write whose end the test decides. */
function writing() {
  let end: (isWritten: boolean) => void = () => {};
  const write = () => new Promise<boolean>((resolve) => (end = resolve));
  return { write, end: (isWritten: boolean) => end(isWritten) };
}

test("the answer to an older write does not take back what was set since", async () => {
  let stored = 1;
  const ahead = new Ahead(() => stored);
  const [first, second] = [writing(), writing()];
  const saved = [ahead.set(2, first.write), ahead.set(3, second.write)];
  first.end(true);
  await saved[0];
  stored = 2;
  ahead.hear();
  expect(ahead.current).toBe(3);
  second.end(true);
  await saved[1];
  expect(ahead.current).toBe(3);
  stored = 3;
  ahead.hear();
  stored = 7; // somebody else's, later
  expect(ahead.current).toBe(7);
});

test("what could not be written is not shown as if it were", async () => {
  const ahead = new Ahead(() => 1);
  const one = writing();
  const saved = ahead.set(2, one.write);
  expect(ahead.current).toBe(2);
  one.end(false);
  expect(await saved).toBe(false);
  expect(ahead.current).toBe(1);
});

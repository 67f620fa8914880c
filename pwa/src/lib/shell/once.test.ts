import { expect, test } from "vitest";
import { once } from "./once";

test("work that is under way is not begun again, and can be afterwards", async () => {
  const begun: string[] = [];
  let end = () => {};
  const work = once((name: string) => {
    begun.push(name);
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  const first = work("first");
  expect(await work("second")).toBeNull();
  expect(begun).toEqual(["first"]);
  end();
  await first;
  void work("third");
  expect(begun).toEqual(["first", "third"]);
});

test("work that failed can be begun again", async () => {
  let tries = 0;
  const work = once(async () => {
    tries += 1;
    throw new Error("no room");
  });
  await expect(work()).rejects.toThrow("no room");
  await expect(work()).rejects.toThrow("no room");
  expect(tries).toBe(2);
});

import { expect, test } from "vitest";
import { closeNewest, lay } from "./layers.svelte";

test("a step back closes the newest of what lies over the page, and nothing where nothing does", () => {
  const closed: string[] = [];
  expect(closeNewest()).toBe(false);
  const layers = ["sheet", "photo"].map((name) => {
    const leave = lay(() => {
      closed.push(name);
      leave();
    });
    return leave;
  });
  expect(closeNewest()).toBe(true);
  expect(closed).toEqual(["photo"]);
  expect(closeNewest()).toBe(true);
  expect(closed).toEqual(["photo", "sheet"]);
  expect(closeNewest()).toBe(false);
  for (const leave of layers) leave();
  expect(closeNewest()).toBe(false);
});

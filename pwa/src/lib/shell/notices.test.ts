import { expect, test } from "vitest";
import { mayOffer } from "./notices.svelte";

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

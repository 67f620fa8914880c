import { expect, test } from "vitest";
import { HalfWritten } from "./half-written.svelte";

const nothing = () => ({ title: "" });

test("what is half written is there again for whoever names the same, and for nobody else", () => {
  const half = new HalfWritten();
  half.of(["deal", "a"], nothing).title = "Freezer";
  expect(half.of(["deal", "a"], nothing).title).toBe("Freezer");
  expect(half.of(["deal", "b"], nothing).title).toBe("");
  expect(half.of(["discount", "a"], nothing).title).toBe("");
  expect(new HalfWritten().of(["deal", "a"], nothing).title).toBe("");
});

test("what does not stay gives way to what is new, for all who ask later", () => {
  const half = new HalfWritten();
  half.of(["deal", "a"], nothing).title = "Freezer";
  expect(half.of(["deal", "a"], nothing, ({ title }) => title !== "").title).toBe("Freezer");
  expect(half.of(["deal", "a"], nothing, ({ title }) => title === "").title).toBe("");
  expect(half.of(["deal", "a"], nothing).title).toBe("");
});

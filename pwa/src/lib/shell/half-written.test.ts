import { expect, test } from "vitest";
import { forgetTab } from "#lib/browser/remembered";
import { HalfWritten } from "./half-written.svelte";

const nothing = () => ({ title: "" });

test("what is half written is there again for whoever names the same, and for nobody else", () => {
  const half = new HalfWritten("marek");
  half.of(["deal", "a"], nothing).title = "Freezer";
  expect(half.of(["deal", "a"], nothing).title).toBe("Freezer");
  expect(half.of(["deal", "b"], nothing).title).toBe("");
  expect(half.of(["discount", "a"], nothing).title).toBe("");
  expect(new HalfWritten("marek").of(["deal", "a"], nothing).title).toBe("");
});

test("what does not stay gives way to what is new, for all who ask later", () => {
  const half = new HalfWritten("marek");
  half.of(["deal", "a"], nothing).title = "Freezer";
  expect(half.of(["deal", "a"], nothing, ({ title }) => title !== "").title).toBe("Freezer");
  expect(half.of(["deal", "a"], nothing, ({ title }) => title === "").title).toBe("");
  expect(half.of(["deal", "a"], nothing).title).toBe("");
});

test("words are there again for the same person after his book was opened anew, until he signs out", () => {
  const words = (person = "marek") => new HalfWritten(person).words(["add", "a"], nothing);
  words().title = "Freezer";
  expect([words().title, words("anna").title]).toEqual(["Freezer", ""]);
  forgetTab();
  expect(words().title).toBe("");
});

test("of words that another version has left there is what this one can write", () => {
  new HalfWritten("marek").words(["add", "b"], () => ({ title: "Freezer", colour: "red" }));
  const now = new HalfWritten("marek").words(["add", "b"], () => ({ title: "", body: "" }));
  expect(now).toEqual({ title: "Freezer", body: "" });
});

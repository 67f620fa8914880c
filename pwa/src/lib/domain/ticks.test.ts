import { describe, expect, test } from "vitest";
import { type Given, heard, shownOf, tick } from "./ticks";

/** Taps on one question, each on top of those before it, while nothing has come round. */
const taps = (stored: readonly string[], ...choices: readonly (readonly [string, boolean])[]): Given =>
  choices.reduce<Given>((given, [choice, on]) => tick(stored, given, choice, on), []);

test("two quick ticks both count, though the first has not come round", () => {
  expect(shownOf([], taps([], ["a", true], ["b", true]))).toEqual(["a", "b"]);
  expect(shownOf(["a", "b"], taps(["a", "b"], ["a", false], ["b", false]))).toEqual([]);
});

test("a tick taken back at once is gone, also when its own echo comes round", () => {
  const given = taps([], ["a", true], ["a", false]);
  expect(shownOf([], heard([], given))).toEqual([]);
  expect(shownOf(["a"], heard(["a"], given))).toEqual([]);
  expect(heard([], heard(["a"], given))).toEqual([]);
});

test("ticking what is ticked already changes nothing", () => {
  expect(shownOf(["a"], taps(["a"], ["a", true]))).toEqual(["a"]);
});

describe("when an answer comes round", () => {
  const given = taps(["z"], ["a", true], ["b", true]);

  test("an earlier one of one's own hides no later one", () => {
    expect(shownOf(["z"], heard(["z"], given))).toEqual(["z", "a", "b"]);
    expect(shownOf(["z", "a"], heard(["z", "a"], given))).toEqual(["z", "a", "b"]);
  });
  test("the last one ends the waiting, in whatever order it is kept", () => {
    expect(heard(["b", "a", "z"], given)).toEqual([]);
  });
  test("another device's is seen", () => {
    expect(shownOf(["k"], heard(["k"], given))).toEqual(["k"]);
  });
  test("nothing is awaited where nothing was given", () => expect(heard(["k"], [])).toEqual([]));
});

import { describe, expect, test } from "vitest";
import { mergeWritten, placeAfter, spliceOf } from "./splice";

describe("a text that was changed in one place", () => {
  test("says what was put where", () => {
    expect(spliceOf("Ewa was there", "Ewa was not there")).toEqual({ start: 8, end: 8, put: "not " });
    expect(spliceOf("aa", "a")).toEqual({ start: 1, end: 2, put: "" });
    expect(spliceOf("same", "same")).toEqual({ start: 4, end: 4, put: "" });
  });

  test("is never cut inside of a character", () => {
    expect(spliceOf("😀", "😁")).toEqual({ start: 0, end: 2, put: "😁" });
    expect(spliceOf("\u{1f600}", "\u{1fa00}")).toEqual({ start: 0, end: 2, put: "\u{1fa00}" });
  });

  test("leaves a writer where he was", () => {
    expect(placeAfter("Ewa there", "Ewa was there", 2)).toBe(2);
    expect(placeAfter("Ewa there", "Ewa was there", 6)).toBe(10);
    expect(placeAfter("Ewa there", "Ewa there now", 9)).toBe(13);
    expect(placeAfter("Ewa was there", "Ewa there", 6)).toBe(4);
  });
});

describe("a text that two write in", () => {
  test.each([
    ["behind what is being written", "Ewa there", "Ewa there, call her", "Ewa not there", "Ewa not there, call her"],
    ["before it", "Ewa there", "Old Ewa there", "Ewa there now", "Old Ewa there now"],
    ["at its beginning", "", "From the tablet", "From the phone", "From the tablet From the phone"],
    ["at the same place", "Ewa", "Ewa said yes", "Ewa wants two", "Ewa said yes wants two"],
    ["where they wrote the same", "Ewa", "Ewa said", "Ewa said yes", "Ewa said yes"],
    ["where it was rewritten", "one two three", "one 2 three", "one zwei three", "one 2 zwei three"],
    ["in a script without spaces", "", "你好", "再见", "你好再见"],
    ["over what was taken away", "one two three", "one three", "one two three four", "one three four"],
  ])("has the words of both %s", (_where, base, theirs, mine, both) => {
    expect(mergeWritten(base, theirs, mine)).toBe(both);
  });
});

import { describe, expect, test } from "vitest";
import { givenNumber, readNumber, writeNumber } from "./given-number";

describe("a number that was answered", () => {
  test.each([
    [{ value: 45, digits: 1, currency: null }, "4.5"],
    [{ value: 40, digits: 1, currency: null }, "4.0"],
    [{ value: -5, digits: 1, currency: null }, "-0.5"],
    [{ value: 7, digits: 0, currency: null }, "7"],
    [{ value: 0, digits: 3, currency: null }, "0.000"],
    [{ value: 125050, digits: 2, currency: "EUR" }, "1250.50 EUR"],
    [{ value: 125050, digits: 0, currency: "JPY" }, "125050 JPY"],
    [{ value: -9_007_199_254_740_991, digits: 2, currency: "EUR" }, "-90071992547409.91 EUR"],
  ])("%j is written %s, and read as it was", (given, text) => {
    expect(writeNumber(given)).toBe(text);
    expect(readNumber(text)).toEqual(given);
  });
  test.each(["", "abc", "4,5", "1.", ".5", "1e3", "4.5 EU", "4.5 eur", " 4.5", "99999999999999999", "4.5\n"])(
    "%j is none",
    (text) => expect(readNumber(text)).toBeNull(),
  );
  test("keeps what it was, whatever is asked for today", () => {
    const today = { digits: 0, currency: "JPY" };
    expect(givenNumber("1250.50 EUR", today)).toEqual({ value: 125050, digits: 2, currency: "EUR" });
    expect(givenNumber("4.5", { ...today, currency: null })).toEqual({ value: 45, digits: 1, currency: null });
  });
  test("is read as today's where it is from before, when it was written bare", () =>
    expect(givenNumber(45, { digits: 1, currency: null })).toEqual({ value: 45, digits: 1, currency: null }));
  test.each([null, undefined, true, "about four", ["4"]])("%j is no number", (answer) =>
    expect(givenNumber(answer, { digits: 0, currency: null })).toBeNull(),
  );
});

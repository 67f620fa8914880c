import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOCALES } from "#lib/i18n/locales";
import { inputFromNumber, type NumberRange, numberFromInput } from "./typed-number";

type Told = number | string;
const read = (text: string, range: NumberRange, locale: (typeof LOCALES)[number]): Told => {
  const typed = numberFromInput(text, range, locale);
  return typed.valid ? typed.value : typed.problem.code;
};
/** What each language makes of a text; those that are written alike stand together: en, zh and fa; ru and pl. */
type Row = readonly [text: string, digits: number, points: Told, commas: Told];

const ROWS: readonly Row[] = [
  // no group begins with a zero
  ["0.250", 2, 25, 25],
  ["0,990", 2, 99, 99],
  ["۰٫۷۵۰", 2, 75, 75],
  ["-0,500", 2, -50, -50],
  ["000,250", 2, 25, 25],
  ["0 990", 2, "not_a_number", "not_a_number"],
  // nor is it empty, or longer than three digits
  [",250", 2, 25, 25],
  [".5", 1, 5, 5],
  ["1240,500", 2, 124_050, 124_050],
  // one's own decimal sign is one, whatever follows it
  ["1.250", 2, 125, "two_readings"],
  ["1,250", 2, 125_000, 125],
  ["1,234", 2, 123_400, "too_precise"],
  ["1.234", 2, "too_precise", "too_precise"],
  ["1.234", 3, 1234, "two_readings"],
  ["1,234", 3, 1_234_000, 1234],
  ["۱,۲۵۰", 0, 1250, "too_precise"],
  ["۱،۲۵۰", 2, 125_000, 125],
  // the Persian signs say which they are
  ["۱٫۲۵۰", 2, 125, 125],
  ["۱٬۲۵۰", 2, 125_000, 125_000],
  ["۱٬۲۴۰٫۵", 2, 124_050, 124_050],
  ["۱٬۲۴", 2, "not_a_number", "not_a_number"],
  // what stands before no three digits is a decimal sign, and what stands there twice is none
  ["1,5", 2, 150, 150],
  ["1.5", 2, 150, 150],
  ["1.240.000", 2, 124_000_000, 124_000_000],
  ["1,240,000", 2, 124_000_000, 124_000_000],
  ["1.24.00", 2, "not_a_number", "not_a_number"],
  ["1.240,50", 2, 124_050, 124_050],
  ["1,240.50", 2, 124_050, 124_050],
  ["1 240,50", 2, 124_050, 124_050],
  ["1 240.500", 2, 124_050, 124_050],
  ["1'240.50", 2, 124_050, 124_050],
  ["1,24.50", 2, "not_a_number", "not_a_number"],
  ["1,240.000,5", 2, "not_a_number", "not_a_number"],
  ["1 2", 0, "not_a_number", "not_a_number"],
  // nothing is rounded
  ["1.5", 0, "too_precise", "too_precise"],
  ["2,5", 0, "too_precise", "too_precise"],
  ["0.4", 0, "too_precise", "too_precise"],
  ["1.005", 2, "too_precise", "too_precise"],
  ["12.345", 2, "too_precise", "too_precise"],
  ["3.0", 0, 3, 3],
  ["3,00", 0, 3, 3],
  ["1.50000", 1, 15, 15],
  // whole numbers, and none
  ["12", 0, 12, 12],
  ["007", 0, 7, 7],
  ["１２", 0, 12, 12],
  ["−12", 2, -1200, -1200],
  ["\u200e−12", 2, -1200, -1200],
  ["-0", 0, 0, 0],
  ["5.", 2, "not_a_number", "not_a_number"],
  ["1-2", 2, "not_a_number", "not_a_number"],
  ["12 eggs", 2, "not_a_number", "not_a_number"],
  ["1e3", 2, "not_a_number", "not_a_number"],
  ["9".repeat(20), 0, "out_of_range", "out_of_range"],
];

describe.each([
  ["en", 2],
  ["zh", 2],
  ["fa", 2],
  ["ru", 3],
  ["pl", 3],
] as const)("in %s", (locale, column) => {
  test.each(ROWS)("%j with %i decimals", (...row) =>
    expect(read(row[0], { digits: row[1] }, locale)).toBe(row[column]),
  );

  test("a number comes back as it was shown", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 13), max: 10 ** 13 }), fc.integer({ min: 0, max: 6 }), (value, digits) => {
        expect(read(inputFromNumber(value, digits, locale), { digits }, locale)).toBe(value);
      }),
    );
  });
});

test("the two readings are told, but not where only one of them is in range", () => {
  expect(numberFromInput("-1.250", { digits: 2 }, "pl")).toEqual({
    ...{ valid: false, problem: { code: "two_readings", grouped: -1250, decimal: -1.25 } },
  });
  expect(read("19.936", { digits: 6, minimum: -180_000_000, maximum: 180_000_000 }, "pl")).toBe(19_936_000);
});

test("what is out of range tells the range", () => {
  expect(numberFromInput("91", { digits: 6, minimum: -90_000_000, maximum: 90_000_000 }, "en")).toEqual({
    ...{ valid: false, problem: { code: "out_of_range", low: -90, high: 90 } },
  });
});

test("every language has its own decimal sign", () => {
  expect(LOCALES.map((locale) => inputFromNumber(124_050, 2, locale))).toEqual([
    ...["1240.5", "۱۲۴۰٫۵", "1240,5", "1240.5", "1240,5"],
  ]);
  expect(inputFromNumber(124_000, 2, "en")).toBe("1240");
});

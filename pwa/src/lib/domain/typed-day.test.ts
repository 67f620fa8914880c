import { expect, test } from "vitest";
import { dayFromTyped, typedFromDay } from "./typed-day";

test.each([
  ["1360/5/12", "persian", "1981-08-03"],
  ["۱۳۶۰/۰۵/۱۲", "persian", "1981-08-03"],
  ["1981-03-12", "gregory", "1981-03-12"],
  ["12.03.1981", "gregory", "1981-03-12"],
  ["13600512", "persian", "1981-08-03"],
  ["۱۳۶۰۰۵۱۲", "persian", "1981-08-03"],
  [" 19810312 ", "gregory", "1981-03-12"],
  ["1981年3月12日", "gregory", "1981-03-12"],
  // a year that is plainly of the other calendar
  ["1981/08/03", "persian", "1981-08-03"],
  ["۱۹۸۱/۸/۳", "persian", "1981-08-03"],
  ["19810803", "persian", "1981-08-03"],
  ["31.01.2026", "persian", "2026-01-31"],
  ["1360/05/12", "gregory", "1981-08-03"],
  ["1500/1/1", "gregory", "2121-03-21"],
  ["1501/1/1", "gregory", "1501-01-01"],
  ["1899/1/1", "persian", "2520-03-21"],
] as const)("%s of the %s calendar is %s", (text, calendar, day) => expect(dayFromTyped(text, calendar)).toBe(day));

test.each([
  "",
  "yesterday",
  "5/12",
  "12/5/60",
  "1360/13/1",
  "1360/7/31",
  "1360051",
  "136005121",
  "13601301",
  "13600731",
  "1981/02/30",
])("%s is no day", (text) => {
  expect(dayFromTyped(text, "persian")).toBeNull();
});

test("a day is shown as it may be typed", () => {
  expect(typedFromDay("1981-08-03", "persian")).toBe("1360/05/12");
  expect(dayFromTyped(typedFromDay("1981-08-03", "persian"), "persian")).toBe("1981-08-03");
  expect(typedFromDay(null, "persian")).toBe("");
});

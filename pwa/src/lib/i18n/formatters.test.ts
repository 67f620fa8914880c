import { expect, test } from "vitest";
import { dateFormat, numberFormat, pluralRules } from "./formatters";

test("a formatter is made once for each language and shape", () => {
  const made = dateFormat("pl-PL", { timeZone: "Europe/Warsaw", day: "numeric" });
  expect(dateFormat("pl-PL", { timeZone: "Europe/Warsaw", day: "numeric" })).toBe(made);
  expect(dateFormat("pl-PL", { timeZone: "Asia/Tehran", day: "numeric" })).not.toBe(made);
  expect(dateFormat("fa-IR", { timeZone: "Europe/Warsaw", day: "numeric" })).not.toBe(made);
});

test("those of one language do not stand in for each other", () => {
  expect(numberFormat("pl").format(1.5)).toBe("1,5");
  expect(["one", "few", "many"]).toEqual([1, 3, 5].map((count) => pluralRules("pl").select(count)));
});

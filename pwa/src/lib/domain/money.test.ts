import { expect, test } from "vitest";
import { currencyOf, sumByCurrency } from "./money";

test("different moneys are never added, and none is left out", () => {
  const entries = [
    { amount: 5, currency: "PLN" },
    { amount: 1, currency: "EUR" },
    { amount: 2, currency: "EUR" },
  ];
  expect(sumByCurrency(entries)).toEqual([
    { amount: 3, currency: "EUR" },
    { amount: 5, currency: "PLN" },
  ]);
});

test("a record's sums are in its own money, the office's figures of a customer in the organisation's", () => {
  expect(currencyOf("order", { currency: "PLN" }, "EUR")).toBe("PLN");
  expect(currencyOf("order", { currency: null }, "EUR")).toBe("EUR");
  expect(currencyOf("deal", undefined, "EUR")).toBe("EUR");
  expect(currencyOf("customer", { currency: "PLN" }, "EUR")).toBe("EUR");
});

import { expect, test } from "vitest";
import { priceIn, pricesIn } from "./price";

test("a price counts in the money that the list has it in, and in no other", () => {
  expect(priceIn({ price: 2_890, currency: "EUR" }, "EUR", "USD")).toBe(2_890);
  expect(priceIn({ price: 2_890, currency: "EUR" }, "PLN", "PLN")).toBeNull();
  expect(priceIn({ price: null, currency: "EUR" }, "EUR", "EUR")).toBeNull();
  expect(priceIn({ price: 0, currency: "EUR" }, "EUR", "EUR")).toBe(0);
});

test("a product without a currency of its own costs the organisation's money", () => {
  expect(priceIn({ price: 2_890, currency: null }, "EUR", "EUR")).toBe(2_890);
  expect(priceIn({ price: 2_890, currency: null }, "PLN", "EUR")).toBeNull();
  const listed = {
    a: { price: 1, currency: null },
    b: { price: 2, currency: "PLN" },
    c: { price: null, currency: null },
  };
  expect(pricesIn(listed, "EUR", "EUR")).toEqual({ a: 1 });
  expect(pricesIn(listed, "PLN", "EUR")).toEqual({ b: 2 });
});

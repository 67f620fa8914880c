import { expect, test } from "vitest";
import { referencesOf } from "./reference";

test("a value that points to a record is found with the record's kind, once", () => {
  const values = { customer: "c1", owner: "p1", title: "Fair", amount: 5, lost_reason: null };
  expect(referencesOf("deal", values)).toEqual([
    { kind: "customer", id: "c1" },
    { kind: "person", id: "p1" },
  ]);
  expect(referencesOf("deal", { owner: null })).toEqual([]);
});

test("the products of an order's lines are found", () => {
  const lines = [
    { product: "b1", quantity: 2, price: 100 },
    { product: "b1", quantity: 1, price: 90 },
  ];
  expect(referencesOf("order", { lines, number: "7" })).toEqual([{ kind: "product", id: "b1" }]);
});

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

test("the products that a visit's answers name are found, in its log and in a part of it", () => {
  const product = "01k7n5cng0e008000000000001";
  const answers = { a: JSON.stringify(["f", "q", product]), b: JSON.stringify(["f", "r", "Rye"]), c: "no entry" };
  expect(referencesOf("visit", { answers })).toEqual([{ kind: "product", id: product }]);
  expect(referencesOf("visit", { answers: null })).toEqual([]);
});

test("the products of an order's lines are found", () => {
  const lines = [
    { product: "b1", quantity: 2, price: 100 },
    { product: "b1", quantity: 1, price: 90 },
  ];
  expect(referencesOf("order", { lines, number: "7" })).toEqual([{ kind: "product", id: "b1" }]);
});

test("the people and territories that a list is filtered by are found", () => {
  const [person, territory] = ["01k7n5cng0e008000000000001", "01k7n5cng0e008000000000002"];
  const filters = [
    { name: "owner", values: ["me", person] },
    { name: "territory", values: [territory] },
    null,
    { name: "city", values: ["Łódź"] },
  ];
  expect(referencesOf("saved_list", { filters })).toEqual([
    { kind: "person", id: person },
    { kind: "territory", id: territory },
  ]);
});

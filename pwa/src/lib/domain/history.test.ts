import { expect, test } from "vitest";
import { addToCounter, addToSet, joinSets, removeFromSet } from "$sync/joins";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { isCreation, shiftOf } from "./history";

const field = (kind: "customer" | "task" | "visit", name: string) => {
  const found = ENTITY_TYPES[kind].fields[name];
  if (found === undefined) throw new Error(name);
  return found;
};
const STAMP = "01k7n5cng0e0000003";
const LATER = "01k7n5cng1e0000004";

test("a register shows what it was and what it became, nothing as null", () => {
  expect(shiftOf(field("customer", "city"), "Łódź", "Kraków")).toEqual({ old: "Łódź", new: "Kraków" });
  expect(shiftOf(field("customer", "city"), undefined, undefined)).toEqual({ old: null, new: null });
});

test("a set shows its elements before and after, though an edit carries only what it added or took away", () => {
  const before = joinSets(addToSet("fair", STAMP), addToSet("cold", STAMP));
  expect(shiftOf(field("customer", "tags"), before, addToSet("new", LATER))).toEqual({
    old: ["cold", "fair"],
    new: ["cold", "fair", "new"],
  });
  expect(shiftOf(field("customer", "tags"), before, removeFromSet(before, "fair"))).toMatchObject({ new: ["cold"] });
  expect(shiftOf(field("customer", "tags"), null, addToSet("new", LATER))).toEqual({ old: [], new: ["new"] });
});

test("a counter shows its totals, a log the line that came", () => {
  const once = addToCounter({}, "0003", 1);
  const twice = addToCounter(addToCounter({}, "0004", 1), "0004", 1);
  expect(shiftOf(field("task", "snoozes"), once, twice)).toEqual({ old: 1, new: 3 });
  expect(shiftOf(field("visit", "comments"), { [STAMP]: "before" }, { [LATER]: "Called again" })).toEqual({
    old: null,
    new: ["Called again"],
  });
});

test("many fields from nothing are one beginning", () => {
  expect(isCreation([{ old: null }, { old: null }, { old: null }])).toBe(true);
  expect(isCreation([{ old: null }, { old: null }])).toBe(false);
  expect(isCreation([{ old: null }, { old: null }, { old: "x" }])).toBe(false);
});

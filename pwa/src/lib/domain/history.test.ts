import { expect, test } from "vitest";
import { addToCounter, addToSet, joinSets, removeFromSet } from "$sync/joins";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { beganFrom, differing, isCreation, type Met, olderOf, outcomeOf, renewed, shiftOf } from "./history";

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

const met = (more: Partial<Met>): Met => ({
  old: "Closed on Mondays. Ring.",
  won: true,
  concurrent: true,
  merged: false,
  base: "Ring.",
  ...more,
});

test("of two that changed a text at once both were kept: neither lost, and each is read against what it began from", () => {
  for (const won of [true, false]) {
    expect(outcomeOf(met({ won, merged: true }))).toBe("kept_both");
    expect(beganFrom(met({ won, merged: true }))).toBe("Ring.");
  }
});

test("of two that changed another field at once one stands, and is read against what it met", () => {
  expect(outcomeOf(met({}))).toBe("won_at_once");
  expect(outcomeOf(met({ won: false }))).toBe("lost_at_once");
  expect(outcomeOf(met({ won: false, concurrent: false }))).toBe("lost");
  expect(outcomeOf(met({ concurrent: false }))).toBe("plain");
  expect(beganFrom(met({}))).toBe("Closed on Mondays. Ring.");
});

const pages = (...numbers: number[]) => numbers.map((number) => ({ number }));
const PAGE = 3;

test("what was asked for of the older changes stays when the newest ones are read again", () => {
  const known = { entries: pages(9, 8, 7, 6, 5), isMore: true };
  expect(renewed(known, pages(9, 8, 7), PAGE)).toEqual(known);
  expect(renewed(known, pages(11, 10, 9), PAGE)).toEqual({ entries: pages(11, 10, 9, 8, 7, 6, 5), isMore: true });
  expect(renewed({ ...known, isMore: false }, pages(10, 9, 8), PAGE)).toMatchObject({ isMore: false });
});

test("a history of which more came than a page holds begins anew, without a gap in it", () => {
  const known = { entries: pages(9, 8, 7, 6), isMore: false };
  expect(renewed(known, pages(19, 18, 17), PAGE)).toEqual({ entries: pages(19, 18, 17), isMore: true });
});

test("a history that is not known yet, or is shorter than a page, is what was read", () => {
  expect(renewed(null, pages(9, 8, 7), PAGE)).toEqual({ entries: pages(9, 8, 7), isMore: true });
  expect(renewed(null, pages(2, 1), PAGE)).toEqual({ entries: pages(2, 1), isMore: false });
  expect(renewed({ entries: [], isMore: false }, pages(1), PAGE)).toEqual({ entries: pages(1), isMore: false });
});

test("older changes are added to those before which they were asked for, and to no others", () => {
  const known = { entries: pages(9, 8, 7), isMore: true };
  expect(olderOf(known, 7, pages(6, 5), PAGE)).toEqual({ entries: pages(9, 8, 7, 6, 5), isMore: false });
  expect(olderOf({ entries: pages(19, 18, 17), isMore: true }, 7, pages(6, 5), PAGE)).toEqual({
    entries: pages(19, 18, 17),
    isMore: true,
  });
});

test("of two long lists only the lines that differ are read; where only their order does, all of them", () => {
  expect(differing("a\nb\nc", "a\nx\nc")).toEqual({ old: "b", new: "x" });
  expect(differing("a\nb", "a\nb\nc")).toEqual({ old: "", new: "c" });
  expect(differing("a\nb", "b\na")).toEqual({ old: "a\nb", new: "b\na" });
  expect(differing("a", "b")).toEqual({ old: "a", new: "b" });
});

import { expect, test } from "vitest";
import { ENTITY_TYPES, type Kind, type PersonRole, SHARED_ROOT } from "$sync/schema.gen";
import { type Placed, putBack as putBackAt } from "./put-back";

const STAMP = "000000000100000001"; // any stamp: 18 digits
const field = (name: string, kind: Kind = "customer") => {
  const found = ENTITY_TYPES[kind].fields[name];
  if (found === undefined) throw new Error(name);
  return found;
};

const ROOT = "01k7n5cng0e008000000000001";
const asRole = (isManager: boolean): PersonRole => (isManager ? "manager" : "rep");
/** Of a record of a customer, for a rep or a manager. */
const putBack = (type: Parameters<typeof putBackAt>[1], old: unknown, now: unknown, isManager: boolean) =>
  putBackAt({ kind: "customer", root: ROOT }, type, old, now, asRole(isManager));
const named = (at: Placed, role: PersonRole) => putBackAt(at, field("name", at.kind), "Before", "Now", role);

test("an old value is written again", () => {
  expect(putBack(field("city"), "Kraków", "Warszawa", false)).toEqual({ write: "Kraków" });
  expect(putBack(field("city"), null, "Warszawa", false)).toEqual({ write: null });
});

test("what already stands is not offered", () => {
  expect(putBack(field("city"), "Kraków", "Kraków", false)).toBeNull();
  expect(putBack(field("city"), null, undefined, false)).toBeNull();
});

test("a name is never put back to nothing", () => {
  expect(putBack(field("name"), null, "Nowak", false)).toBeNull();
});

test("the server's own fields, and for a rep the territory, are not his to put back", () => {
  expect(putBack(field("phase"), "loyal", "leaving", true)).toBeNull();
  expect(putBack(field("territory"), "t1", "t2", false)).toBeNull();
  expect(putBack(field("territory"), "t1", "t2", true)).toEqual({ write: "t1" });
});

test("tags are put back by adding what is missing and removing what came", () => {
  const old = { cold: [[STAMP], []], key: [[STAMP], []] };
  expect(putBack(field("tags"), old, ["key", "new"], false)).toEqual({ write: { add: ["cold"], remove: ["new"] } });
  expect(putBack(field("tags"), old, ["cold", "key"], false)).toBeNull();
  expect(putBack(field("tags"), null, ["new"], false)).toEqual({ write: { add: [], remove: ["new"] } });
});

test("every kind's values are put back, instants and lists too", () => {
  expect(putBack(field("checked_in_at", "visit"), 5, 9, false)).toEqual({ write: 5 });
  expect(putBack(field("outcome", "visit"), null, "order", false)).toEqual({ write: null });
  const lines = [{ product: "p", quantity: 2, price: 9 }];
  expect(putBack({ name: "lines", type: "list", nullable: true }, lines, [], true)).toEqual({ write: lines });
  expect(putBack({ name: "lines", type: "list", nullable: true }, lines, structuredClone(lines), true)).toBeNull();
});

test("what only grows, and what a rep is not even sent, is not offered", () => {
  expect(putBack(field("snoozes", "task"), { "0001": [1, 0] }, 3, true)).toBeNull();
  expect(putBack(field("comments", "visit"), {}, [], true)).toBeNull();
  expect(putBack({ name: "cost", type: "integer", hidden: true, nullable: true }, 1, 2, false)).toBeNull();
});

test("what a rep may not write at all is not offered to him: products, forms, fields, holidays, territories, people", () => {
  for (const kind of ["product", "visit_form", "holiday", "territory", "person"] as const)
    expect(named({ kind, root: SHARED_ROOT }, "rep")).toBeNull();
  expect(
    putBackAt({ kind: "custom_field", root: SHARED_ROOT }, field("label", "custom_field"), "A", "B", "rep"),
  ).toBeNull();
  expect(named({ kind: "product", root: SHARED_ROOT }, "manager")).toEqual({ write: "Before" });
  expect(named({ kind: "territory", root: SHARED_ROOT }, "manager")).toBeNull();
  expect(named({ kind: "person", root: SHARED_ROOT }, "administrator")).toEqual({ write: "Before" });
});

test("a rep puts back his own lists and settings, not those of the whole team", () => {
  for (const kind of ["saved_list", "setting"] as const) {
    expect(named({ kind, root: ROOT }, "rep")).toEqual({ write: "Before" });
    expect(named({ kind, root: SHARED_ROOT }, "rep")).toBeNull();
    expect(named({ kind, root: SHARED_ROOT }, "manager")).toEqual({ write: "Before" });
  }
});

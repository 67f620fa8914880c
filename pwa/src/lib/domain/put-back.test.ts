import { expect, test } from "vitest";
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen";
import { putBack } from "./put-back";

const STAMP = "000000000100000001"; // any stamp: 18 digits
const field = (name: string, kind: Kind = "customer") => {
  const found = ENTITY_TYPES[kind].fields[name];
  if (found === undefined) throw new Error(name);
  return found;
};

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

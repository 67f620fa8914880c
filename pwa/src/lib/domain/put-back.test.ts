import { expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { putBack } from "./put-back";

const STAMP = "000000000100000001"; // any stamp: 18 digits
const field = (name: string) => {
  const found = ENTITY_TYPES.customer.fields[name];
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

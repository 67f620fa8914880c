import { expect, test } from "vitest";
import type { AttentionItem } from "#lib/store/queries/attention";
import { sendOn, wayOn } from "./refused";

const refused = (given: Partial<AttentionItem>): AttentionItem => ({
  n: 1,
  verdict: "rejected",
  code: "wrong_type",
  field: "phone",
  kind: "customer",
  id: "c",
  root: "c",
  about: "Nowak",
  label: "Nowak",
  written: { phone: "1", city: "Kraków" },
  writtenAt: 5,
  base: {},
  standing: {},
  standingAt: {},
  standingFrom: {},
  losers: [],
  more: [],
  outcome: null,
  removed: [],
  at: 10,
  ...given,
});

test("a value that is not allowed, is missing or too long is mended", () => {
  for (const code of ["wrong_type", "missing_field", "too_large"]) expect(wayOn(refused({ code })), code).toBe("edit");
  expect(wayOn(refused({ code: "wrong_type", field: "" }))).toBe("none");
});

test("what was no fault of the value is sent again as it is", () => {
  for (const code of ["bad_stamp", "internal", "missing_root", "custody_full", "unknown_field"]) {
    expect(wayOn(refused({ code })), code).toBe("again");
  }
});

test("what may not be written stays out, where anything else is left", () => {
  const item = refused({ code: "forbidden_field", field: "phone" });
  expect(wayOn(item)).toBe("without");
  expect(sendOn(item, {})).toEqual([{ kind: "customer", id: "c", root: "c", v: { city: "Kraków" } }]);
  expect(wayOn(refused({ code: "forbidden_field", written: { phone: "1" } }))).toBe("none");
});

test("what nobody may change any more, and a decision that came too late, can only be put aside", () => {
  for (const code of ["forbidden", "foreign_root", "malformed", "a code of tomorrow"]) {
    expect(wayOn(refused({ code })), code).toBe("none");
  }
  expect(wayOn(refused({ kind: "held_edit", code: "internal", field: "status" }))).toBe("none");
});

test("a mended value goes with the rest of its edit", () => {
  expect(sendOn(refused({}), { phone: "+48 600" })).toEqual([
    { kind: "customer", id: "c", root: "c", v: { phone: "+48 600", city: "Kraków" } },
  ]);
});

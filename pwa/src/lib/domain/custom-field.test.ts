import { expect, test } from "vitest";
import type { Visible } from "#lib/store/visible";
import {
  CUSTOM_FIELD_TYPES,
  type CustomField,
  createField,
  customFieldOf,
  customValueId,
  fill,
  filledOf,
  heldBy,
  isFor,
  keptOf,
  misfitOf,
  moveField,
} from "./custom-field";

const CUSTOMER = "06fa0000000000000000000002";
const FIELD = "06fa00000000000000000000a7";

const made = (given: Partial<Visible<"custom_field">> = {}): Visible<"custom_field"> => ({
  ...{ id: FIELD, root: "shared", waiting: false, label: "Opening hours", type: "text", position: 1 },
  ...given,
});
const field = (given: Partial<Visible<"custom_field">> = {}): CustomField => customFieldOf(made(given)) as CustomField;
const value = (given: Partial<Visible<"custom_value">>): Visible<"custom_value"> => ({
  ...{ id: customValueId(CUSTOMER, FIELD), root: CUSTOMER, waiting: false, customer: CUSTOMER, custom_field: FIELD },
  ...given,
});

test("every type has a field of a custom value that holds it", () => {
  for (const type of CUSTOM_FIELD_TYPES) expect(heldBy(type).name).toBe(type);
});

test("a field of a type to come is passed by", () => {
  expect(customFieldOf(made({ type: "colour" as "text" }))).toBeNull();
});

test("what a customer has in a field has the same id on every device, and another in each field and customer", () => {
  expect(customValueId(CUSTOMER, FIELD)).toBe("06fa00000000000000000000a5");
  expect(customValueId("01idjr5rk0efj854hs1ei0qtuk", "01hv0000j7vnq5tm3c9p8s2g4r")).toBe("01idjr5rk0fo98oiig8nqsodqf");
  expect(customValueId(CUSTOMER, "06fa00000000000000000000a8")).not.toBe(customValueId(CUSTOMER, FIELD));
  expect(customValueId("06fa0000000000000000000003", FIELD)).not.toBe(customValueId(CUSTOMER, FIELD));
});

test("filling a field writes only that field's value, below its customer", () => {
  expect(fill(CUSTOMER, field(), null, "9-17")).toEqual([
    {
      kind: "custom_value",
      id: customValueId(CUSTOMER, FIELD),
      root: CUSTOMER,
      v: { customer: CUSTOMER, custom_field: FIELD, text: "9-17" },
    },
  ]);
  expect(fill(CUSTOMER, field({ type: "day" }), "2026-01-02", null)[0]?.v).toMatchObject({ day: null });
});

test.each([
  ["number", "4.5", 45],
  ["money", "1250.50 EUR", 125_050],
  ["money", null, null],
  ["text", "4.5", "4.5"],
] as const)("of an answer a field of %s keeps %j as %j", (type, given, kept) => {
  expect(keptOf(field({ type }), given)).toBe(kept);
});

test("of several choices only those that came or went are written, so that two people's choices are both kept", () => {
  const several = field({ type: "choices", choices: [{ id: "a", label: "A" }] });
  expect(fill(CUSTOMER, several, ["a", "b"], ["b", "c"]).map(({ v }) => v)).toMatchObject([
    { choices: { add: ["c"] } },
    { choices: { remove: ["a"] } },
  ]);
  expect(fill(CUSTOMER, several, ["a"], ["a"])).toEqual([]);
});

test("a field is for customers of its relations and value classes", () => {
  const some = field({ relations: ["distributor"], value_classes: ["vip", "main"] });
  expect(isFor(some, { relation: "distributor", value_class: "vip" })).toBe(true);
  expect(isFor(some, { relation: "distributor", value_class: null })).toBe(false);
  expect(isFor(some, { relation: "business", value_class: "vip" })).toBe(false);
  expect(isFor(field(), {})).toBe(true);
});

test("a page shows the fields meant for the customer, and archived ones only where he has something in them", () => {
  const other = "06fa00000000000000000000b1";
  const fields = [
    field({ archived: true }),
    field({ id: other, label: "Parking", archived: true }),
    field({ id: "x" }),
  ];
  const shown = filledOf(fields, [value({ text: "9-17" })], {});
  expect(shown.map((one) => [one.field.id, one.value])).toEqual([
    ["x", null],
    [FIELD, "9-17"],
  ]);
});

test("a value of another type than the field's is kept and not shown", () => {
  expect(filledOf([field({ type: "number" })], [value({ text: "nine" })], {})[0]?.value).toBeNull();
});

test.each([
  ["number", { minimum: 0, maximum: 100 }, 50, null],
  ["number", { minimum: 0, maximum: 100 }, 101, "out_of_range"],
  ["number", {}, -5, null],
  ["choice", { choices: [{ id: "a", label: "A" }] }, "a", null],
  ["choice", { choices: [{ id: "a", label: "A" }] }, "b", "not_a_choice"],
  ["choices", { choices: [{ id: "a", label: "A" }] }, ["a", "b"], "not_a_choice"],
  ["email", {}, "biuro@orlem.pl", null],
  ["email", {}, "biuro", "not_an_email"],
  ["link", {}, "https://orlem.pl", null],
  ["link", {}, "javascript:alert(1)", "not_a_link"],
  ["phone", {}, "۰۲۱-۲۲۸۵", null],
  ["phone", {}, "call me", "not_a_phone"],
  ["text", {}, "x".repeat(201), "too_long"],
  ["yes_no", {}, false, null],
  ["day", {}, null, null],
] as const)("in a %s field with %o, %o is a misfit: %s", (type, more, given, misfit) => {
  expect(misfitOf(field({ type, ...more }), given)).toBe(misfit);
});

test("a new field stands after all others, with choices where its type has some", () => {
  const choices = [{ id: "a", label: "A" }];
  expect(createField("new", "choice", "Delivery", choices, [field({ position: 7 })]).v).toEqual({
    ...{ type: "choice", label: "Delivery", position: 8, choices },
  });
  expect(createField("new", "day", "Since", choices, []).v).not.toHaveProperty("choices");
});

test("moving a field writes only the places that change", () => {
  const fields = ["a", "b", "c"].map((id, at) => field({ id, position: at + 1 }));
  expect(moveField(fields, "c", -1).map(({ id, v }) => [id, v.position])).toEqual([
    ["c", 2],
    ["b", 3],
  ]);
  expect(moveField(fields, "a", -1)).toEqual([]);
});

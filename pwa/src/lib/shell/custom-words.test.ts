import { expect, test } from "vitest";
import { type CustomField, customFieldOf } from "#lib/domain/custom-field";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";
import { customFieldIn, showCustom } from "./custom-words";

const reader = { locale: "en", calendar: "gregory", timeZone: "Europe/Warsaw" } as Reader;
const showing: Showing = { reader, currency: "EUR", nameOf: () => null, yes: "Yes", no: "No" };
const field = (id: string, type: string, more: object = {}): CustomField => {
  const made = customFieldOf({ id, root: "shared", waiting: false, label: id, type, ...more } as never);
  if (made === null) throw new Error(type);
  return made;
};
const days = field("days", "choices", {
  choices: [
    { id: "mon", label: "Monday" },
    { id: "tue", label: "Tuesday" },
  ],
});
const room = field("room", "number", { decimals: 1, unit: "m²" });

test("a custom value is called by its custom field, where the device knows it", () => {
  expect(customFieldIn([days, room], "custom_value", { custom_field: "room", number: 5 })).toBe(room);
  expect(customFieldIn([days], "custom_value", { custom_field: "room" })).toBeNull();
  expect(customFieldIn([days], "customer", { custom_field: "days" })).toBeNull();
});

test("its value is written as its field writes it", () => {
  expect(showCustom(days, "choices", ["tue", "mon"], showing)).toBe("Tuesday and Monday");
  expect(showCustom(room, "number", 125, showing)).toContain("12.5");
  expect(showCustom(room, "number", null, showing)).toBe("");
});

test("what is not of the field's type, and an unread state of a set, is left to the kind", () => {
  expect(showCustom(room, "text", "5", showing)).toBeNull();
  expect(showCustom(days, "choices", { mon: [["1"], []] }, showing)).toBeNull();
});

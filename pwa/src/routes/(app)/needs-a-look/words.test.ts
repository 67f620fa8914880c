import { expect, test } from "vitest";
import { fmt } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import { besideField, versionText } from "./words";

await dictionary.open("en");
const AT = Date.UTC(2026, 10, 28, 9);
const hers = { value: "x", at: AT, person: "anna", personName: "Anna" };

test("who wrote a value stands before the time, and turns it in no direction of writing", () => {
  expect(versionText(hers, "me")).toBe(`\u2068Anna\u2069, ${fmt.moment(AT)}`);
  expect(versionText({ ...hers, at: null }, "anna")).toBe("\u2068You, this device\u2069");
  expect(versionText({ ...hers, personName: "" }, "me")).toBe(`Somebody else, ${fmt.moment(AT)}`);
});

test("what was written since by nobody known has its time alone", () => {
  const nobody = { ...hers, person: "", personName: "" };
  expect(versionText(nobody, "me", true)).toBe(fmt.moment(AT));
  expect(versionText({ ...nobody, at: null }, "me", true)).toBe("Somebody else");
  expect(versionText(hers, "me", true)).toContain("Anna");
});

test("what a line is about is named where that is neither the customer nor what the field is called by", () => {
  expect(besideField("customer", "Nowak", "")).toBe("");
  expect(besideField("custom_value", "", "Shelf length")).toBe("");
  expect(besideField("deal", "Autumn", "")).toContain("Autumn");
});

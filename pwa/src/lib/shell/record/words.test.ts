import { expect, test } from "vitest";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";
import { dictionary } from "#lib/i18n/words.svelte";
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen";
import { tellValue } from "./words";

await dictionary.open("en");
const reader = { locale: "en", calendar: "gregory", timeZone: "Europe/Warsaw" } as Reader;
const nameOf = (_: string, id: string) => ({ anna: "Anna", north: "North" })[id] ?? null;
const showing: Showing = { reader, currency: "EUR", nameOf, yes: "Yes", no: "No" };
const plain = (text: string | null) => text?.replaceAll(/[\u2066-\u2069]/g, "") ?? null;
const tell = (kind: Kind, name: string, value: unknown, about: Readonly<Record<string, unknown>> = {}) =>
  plain(tellValue(kind, name, value, about, showing));

const QUESTIONS = [
  { id: "full", type: "yes_no", label: "Is the shelf full?", label_in: { pl: "Czy półka jest pełna?" } },
  {
    id: "why",
    type: "one_of",
    label: "Why not?",
    required: true,
    choices: [
      { id: "a", label: "No delivery" },
      { id: "b", label: "Sold out", removed: true },
      { id: "c", label: "Other" },
    ],
    show_when: { match: "all", rules: [{ question: "full", test: "is", value: false }] },
  },
  { id: "size", type: "number", label: "Facings", minimum: 1, maximum: 20, unit: "pcs", help: "Count the front" },
  { id: "old", type: "text", label: "Fax", removed: true },
];

test("the questions of a form are told one a line: what is asked, how it is answered, and when", () => {
  expect(tell("visit_form", "questions", QUESTIONS)?.split("\n")).toEqual([
    "Is the shelf full? · Yes or no · Polish: Czy półka jest pełna?",
    "Why not? · One of a list: No delivery, Other · Remind when it is not answered · When is it asked? Is the shelf full? is No",
    "Facings · Number · 1 – 20 pcs · Count the front",
    "Fax · No longer asked",
  ]);
  expect(tell("visit_form", "questions", null)).toBe("");
});

test("a question is told in the language of who reads, and what only a newer app knows as far as it goes", () => {
  const polish = { ...showing, reader: { ...reader, locale: "pl" } as Reader };
  expect(plain(tellValue("visit_form", "questions", QUESTIONS.slice(0, 1), {}, polish))).toMatch(
    /^Czy półka jest pełna\? · .* · Is the shelf full\?$/,
  );
  const newer = [{ id: "x", type: "hologram", label: "Show it" }];
  expect(tell("visit_form", "questions", newer)).toBe("Show it · hologram");
});

test("for whom a form or a field is meant is told in words, like the answers to choose from and other languages", () => {
  expect(tell("visit_form", "purposes", ["sales", "service"])).toBe("Sales and Service");
  expect(tell("custom_field", "value_classes", ["vip"])).toBe("VIP");
  expect(tell("custom_field", "choices", QUESTIONS[1]?.choices)).toBe("No delivery\nSold out · No longer asked\nOther");
  expect(tell("holiday", "name_in", { pl: "Nowy Rok" })).toBe("Polish: Nowy Rok");
});

test("the filters of a list and its order are told in words", () => {
  const filters = [{ name: "owner", values: ["anna"] }, { name: "near", amount: 1000 }, { name: "mood" }];
  expect(tell("saved_list", "filters", filters)).toBe("Anna\nWithin 1 km\nmood");
  expect(tell("saved_list", "sort", "distance")).toBe("Nearest");
});

test("a setting is told as its screen shows it, and one that is not known here without braces", () => {
  const value = { vip: 7, main: 21, regular: 30, small: 60 };
  expect(tell("setting", "value", value, { name: "call_cycles" })).toContain("VIP customer: 7 d");
  expect(tell("setting", "value", { from: "21:00", to: "07:00" }, { name: "quiet_hours" })).toBe("21:00 – 07:00");
  expect(tell("setting", "value", "PLN", { name: "currency" })).toBe("Polish Zloty");
  expect(tell("setting", "value", ["Rival", "Other"], { name: "competitors" })).toBe("Rival and Other");
  expect(tell("setting", "value", { colour: "red", size: { wide: true } }, { name: "newer" })).toBe(
    "colour: red\nsize: wide: Yes",
  );
});

test("how large a file is and how long it plays, a person's language and clock are told as everywhere", () => {
  expect(tell("file", "duration", 65_000)).toBe("1:05");
  expect(tell("file", "size", 2048)).toMatch(/kB|KB/);
  expect(tell("person", "locale", "fa")).toBe("Persian");
});

test("nothing of any kind is told as JSON", () => {
  const odd = { a: [{ b: { c: 1 } }] };
  for (const [kind, { fields }] of Object.entries(ENTITY_TYPES))
    for (const field of Object.values(fields))
      if (["list", "object", "any"].includes(field.type) && !["held_edit", "conflict", "order"].includes(kind))
        for (const value of [odd, [odd]]) expect(tell(kind as Kind, field.name, value) ?? "{").not.toMatch(/[{}[\]]/);
});

import { expect, test } from "vitest";
import type { Question, VisitForm } from "#lib/domain/visit-form";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";
import { numberAsked, showAnswer, showEntry } from "./answer-text";

const reader = { locale: "en", calendar: "gregory", timeZone: "Europe/Warsaw" } as Reader;
const showing: Showing = {
  ...{ reader, currency: "EUR", yes: "Yes", no: "No" },
  nameOf: (_kind, id) => (id === "p" ? "Rye flour" : null),
};
const choices = [
  { id: "x", label: "Left", label_in: { fa: "چپ" } },
  { id: "y", label: "Right", removed: true },
];
const question = (over: Partial<Question>): Question => ({ id: "q", type: "text", label: "Q", ...over });

test.each([
  [{ type: "yes_no" }, false, "No"],
  [{ type: "one_of", choices }, "y", "Right"],
  [{ type: "one_of", choices }, "z", "z"],
  [{ type: "several_of", choices }, ["x", "y"], "Left and Right"],
  [{ type: "number", decimals: 1, unit: "°C" }, 35, "3.5 \u2068°C\u2069"],
  [{ type: "number" }, 1200, "1,200"],
  [{ type: "money" }, 1999, "€19.99"],
  [{ type: "scale" }, 7, "7"],
  [{ type: "day" }, "2026-11-21", "21 Nov 2026"],
  [{ type: "product" }, "p", "Rye flour"],
  [{ type: "product" }, "gone", "…"],
  [{ type: "text" }, "as written", "as written"],
  [{ type: "photo" }, ["a", "b"], "📷 2"],
] as const)("%j answered %j reads %s", (over, answer, text) => {
  expect(showAnswer(question(over as Partial<Question>), answer, showing).replaceAll(/[ \u202f]/g, " ")).toBe(text);
});

test.each([
  [{ type: "number", decimals: 0, unit: "°C" }, "4.5", "4.5 \u2068°C\u2069"],
  [{ type: "number", decimals: 3 }, "1200", "1,200"],
  [{ type: "money" }, "1250.50 EUR", "€1,250.50"],
  [{ type: "money" }, "125050 JPY", "¥125,050"],
  [{ type: "number" }, "about four", "about four"],
] as const)("%j answered %j reads %s, whatever is asked for since", (over, answer, text) => {
  const since = { ...showing, currency: "JPY" };
  expect(showAnswer(question(over as Partial<Question>), answer, since).replaceAll(/[ \u202f]/g, " ")).toBe(text);
});

test("a number is asked for as it was answered, else as today", () => {
  const degrees = question({ type: "number", decimals: 0, minimum: -30, maximum: 40 });
  expect(numberAsked(degrees, null, "EUR")).toEqual({
    digits: 0,
    currency: null,
    minimum: -30,
    maximum: 40,
    value: null,
  });
  expect(numberAsked(degrees, "4.5", "EUR")).toEqual({
    ...{ digits: 1, currency: null, minimum: -300, maximum: 400, value: 45 },
  });
  expect(numberAsked({ ...degrees, decimals: 1 }, "4", "EUR")).toMatchObject({ digits: 1, value: 40, maximum: 40 });
  const worth = question({ type: "money", minimum: 0 });
  expect(numberAsked(worth, "1250.50 EUR", "JPY")).toMatchObject({ digits: 2, currency: "EUR", value: 125050 });
  expect(numberAsked(worth, null, "JPY")).toMatchObject({ digits: 0, currency: "JPY", minimum: 0 });
});

test("a choice is named in the reader's language, also where it is no longer offered", () => {
  const persian = { ...showing, reader: { ...reader, locale: "fa" } as Reader };
  expect(showAnswer(question({ type: "one_of", choices }), "x", persian)).toBe("چپ");
});

test.each([
  [["f", "q", "x"], "Which side?: Left"],
  [["f", "q", null], "Which side?: –"],
  [["f", "gone", 7], "…: 7"],
  [["another", "q", true], "…: true"],
] as const)("the entry %j of the log reads %s", (entry, text) => {
  const side = question({ type: "one_of", label: "Which side?", choices });
  const forms = [{ id: "f", questions: [side] } as unknown as VisitForm];
  expect(showEntry(JSON.stringify(entry), forms, showing).replaceAll(/[\u2068\u2069]/g, "")).toBe(text);
});

test("a sum of a question that is gone says what it was", () => {
  expect(showEntry('["f","gone","1250.50 EUR"]', [], showing).replaceAll(/[\u2068\u2069]/g, "")).toBe("…: 1250.50 EUR");
});

test("an entry that nobody can read stays as it is", () => {
  expect(showEntry("by hand", [], showing)).toBe("by hand");
});

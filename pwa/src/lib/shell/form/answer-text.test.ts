import { expect, test } from "vitest";
import type { Question, VisitForm } from "#lib/domain/visit-form";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";
import { showAnswer, showEntry } from "./answer-text";

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

test("an entry that nobody can read stays as it is", () => {
  expect(showEntry("by hand", [], showing)).toBe("by hand");
});

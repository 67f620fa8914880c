import { beforeAll, expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { showWait } from "./format";
import type { Locale } from "./locales";
import { showValue, wholeMoney, yearOf, zoneName } from "./values";
import { dictionary } from "./words.svelte";

beforeAll(() => dictionary.open("en"));

const showing = (locale: Locale) => ({
  reader: {
    locale,
    calendar: locale === "fa" ? ("persian" as const) : ("gregory" as const),
    timeZone: "Europe/Warsaw",
  },
  currency: "EUR",
  nameOf: (_kind: string, id: string) => (id === "p1" ? "Marek Kowal" : null),
  yes: "Yes",
  no: "No",
});
const shown = (name: string, value: unknown, locale: Locale = "en") => {
  const field = ENTITY_TYPES.customer.fields[name];
  if (field === undefined) throw new Error(name);
  return showValue("customer", field, value, showing(locale)).replace(/[\u00a0\u202f]/g, " ");
};

test("nothing is shown as nothing", () => {
  expect([shown("city", null), shown("city", undefined), shown("city", "")]).toEqual(["", "", ""]);
});

test("choices are shown in words, unknown ones as they are", () => {
  expect([shown("value_class", "main"), shown("value_class", "gold")]).toEqual(["Main", "gold"]);
});

test("the lines of an order are shown with what they order", () => {
  const field = ENTITY_TYPES.order.fields.lines;
  if (field === undefined) throw new Error("lines");
  const lines = [
    { product: "p1", quantity: 12, price: 100 },
    { product: "p2", quantity: 1, price: 100 },
  ];
  expect(showValue("order", field, lines, showing("en"))).toBe("\u206812 × Marek Kowal\u2069 and \u20681 × …\u2069");
  expect(showValue("order", field, [{ other: 1 }], showing("en"))).toBe('{"other":1}');
});

test("references are shown by name", () => {
  expect([shown("owner", "p1"), shown("owner", "p2")]).toEqual(["Marek Kowal", "…"]);
});

test("money, percent, places and days are the reader's", () => {
  expect(shown("lifetime_value", 4_820_000)).toBe("€48,200");
  expect(shown("churn_risk", 31)).toBe("31%");
  expect(shown("latitude", 50_061_430)).toBe("50.06143°");
  expect(shown("since", "2019-03-21", "fa")).toBe("۱ فروردین ۱۳۹۸");
});

test("countries and currencies are named in the reader's language", () => {
  expect([shown("country", "PL", "pl"), shown("country", "IR", "fa")]).toEqual(["Polska", "ایران"]);
  expect(shown("currency", "PLN", "pl")).toBe("złoty polski");
  expect(shown("country", "Poland")).toBe("Poland");
});

test("sets are joined, truth is a word", () => {
  expect(shown("tags", ["cold", "key"])).toBe("cold and key");
  expect(shown("deleted", true)).toBe("Yes");
});

test("a value of an unexpected type is not hidden", () => {
  expect(shown("tags", { cold: [["1"], []] })).toBe('{"cold":[["1"],[]]}');
});

test("the year is that of the reader's calendar", () => {
  expect([yearOf("2019-03-21", showing("en").reader), yearOf("2019-03-21", showing("fa").reader)]).toEqual([
    "2019",
    "۱۳۹۸",
  ]);
});

test("a wait is said in seconds while it is short", () => {
  const waits = [0, 2, 40, 900].map((seconds) => showWait(seconds, showing("en").reader));
  expect(waits).toEqual(["1 sec", "2 secs", "40 secs", "15 min"]);
  expect(showWait(40, showing("pl").reader)).toBe("40 sek.");
  expect(showWait(21, showing("ru").reader)).toBe("21 с"); // “через 21 секунду”, not the nominative's “секунда”
});

test("a whole sum follows the currency's own minor unit", () => {
  expect(wholeMoney(342_170, "EUR", showing("en").reader)).toBe("€3,422");
  expect(wholeMoney(3_421, "JPY", showing("en").reader)).toBe("¥3,421");
});

test("a time zone is named in the reader's language, one that the browser does not know by itself", () => {
  const named = (["en", "fa", "pl"] as const).map((locale) => zoneName("Europe/Warsaw", showing(locale).reader));
  expect(named).toEqual(["Central European Time", "وقت مرکز اروپا", "czas środkowoeuropejski"]);
  expect(zoneName("Nowhere/Else", showing("en").reader)).toBe("Nowhere/Else");
});

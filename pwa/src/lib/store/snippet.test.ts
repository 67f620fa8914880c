import { expect, test } from "vitest";
import { snippet } from "./snippet.ts";

const LONG =
  "Umówione spotkanie w sprawie nowej ekspozycji. Właścicielka pyta o ceny na Święta i chce próbki herbaty przed końcem miesiąca, najlepiej w piątek rano.";

test("a short text that begins with the word is shown whole, on one line", () => {
  expect(snippet("Herbata\n\nzielona", [["herbata"]])).toBe("Herbata zielona");
});

test("of a long text the place of the word is shown, from the beginning of a word", () => {
  expect(snippet(LONG, [["probki"]])).toMatch(/^…\S+ .{0,20}próbki herbaty/);
  expect(snippet(LONG, [["swieta"]])).toContain("Święta");
});

test("without the word the beginning is shown", () => {
  expect(snippet(LONG, [["gruszka"]])).toBe(`${[...LONG].slice(0, 120).join("")}…`);
});

test.each([
  ["جلسه با مدیر فروشگاه درباره قفسه‌های تازه و قیمت چای", "قفسه", "قفسه‌های"],
  ["客户想在月底之前收到绿茶样品，并询问春节的价格安排和新的货架", "春节", "春节的价格"],
  ["Договорились о встрече насчёт новой выкладки, просит ещё образцы", "еще", "ещё образцы"],
])("in %s the place of %s is found", (text, word, place) => {
  expect(snippet(text, [[word]])).toContain(place);
  expect(snippet(text, [[word]])).toMatch(/^…/);
});

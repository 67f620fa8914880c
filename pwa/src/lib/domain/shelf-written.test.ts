import { describe, expect, test } from "vitest";
import { isNamed, isTelling, newIn, seenIn, tidied, unreadable, type Written, writtenOf } from "./shelf-written";

const ABOUT = { isOwn: false, currency: "PLN", digits: 2, locale: "en" } as const;
const written = (over: Partial<Written> = {}): Written => ({
  ...{ competitor: "Baltika", name: "", price: "", facings: "", note: "", stock: null },
  ...over,
});

test("what was seen is written as its reader writes numbers", () => {
  const check = { ...{ id: "s", root: "c", waiting: false }, competitor: "Baltika", price: 129, facings: 3 };
  expect(writtenOf(check, "", 2, "en")).toEqual(written({ price: "1.29", facings: "3" }));
  expect(writtenOf({ ...check, facings: 12 }, "", 2, "fa")).toMatchObject({ price: "۱٫۲۹", facings: "۱۲" });
  expect(writtenOf(null, "Vesna", 2, "en")).toEqual(written({ competitor: "Vesna" }));
});

describe("a price that cannot be read", () => {
  const typed = written({ price: "ca. 5", facings: "3", note: "By the door ", stock: "low" });
  test("is said, and left out alone", () => {
    expect(unreadable(typed, ABOUT)).toEqual({ price: { code: "not_a_number" } });
    expect(seenIn(typed, ABOUT)).toEqual({
      ...{ competitor: "Baltika", name: null },
      ...{ facings: 3, note: "By the door", stock: "low" },
    });
  });
  test("takes its currency with it once it can be", () => {
    expect(seenIn(written({ price: "5" }), ABOUT)).toMatchObject({ price: 500, currency: "PLN" });
    expect(unreadable(written({ price: "5" }), ABOUT)).toEqual({});
  });
});

test("numbers stand as they are saved once their field was left, and nothing of them is rounded", () => {
  const typed = written({ price: "0,990", facings: "1.5" });
  expect(["price", "facings"].map((field) => tidied(typed, field as "price" | "facings", ABOUT))).toEqual([
    "0.99",
    "1.5",
  ]);
  expect(unreadable(typed, ABOUT)).toEqual({ facings: { code: "too_precise", digits: 0 } });
  expect(seenIn(typed, ABOUT)).toMatchObject({ price: 99 });
  expect(seenIn(typed, ABOUT)).not.toHaveProperty("facings");
});

test("only what is new is saved", () => {
  const seen = seenIn(written({ price: "5", note: "By the door" }), ABOUT);
  expect(newIn(seen, { competitor: "Baltika", price: 500, currency: "PLN" })).toEqual({ note: "By the door" });
  expect(newIn(seen, seen)).toEqual({});
});

test("a competitor's product has the name of one of both; ours has one anyway", () => {
  expect(isNamed(written({ competitor: " " }), ABOUT)).toBe(false);
  expect(isNamed(written({ competitor: "", name: "Rye flour" }), ABOUT)).toBe(true);
  expect(isNamed(written({ competitor: "" }), { ...ABOUT, isOwn: true })).toBe(true);
});

test("a name that was taken away stays as it was, and says nothing by itself", () => {
  expect(seenIn(written({ competitor: "" }), ABOUT)).toEqual({
    ...{ price: null, facings: null },
    stock: null,
    note: null,
  });
  expect(isTelling(written())).toBe(false);
  expect(isTelling(written({ stock: "out" }))).toBe(true);
});

import { describe, expect, test } from "vitest";
import { boughtSince, type Purchase, quietFor, sumByMonth } from "./rhythm";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 9);
const bought = (daysAgo: number, amount = 1000, more: Partial<Purchase> = {}): Purchase => ({
  status: "delivered",
  ordered_at: NOW - daysAgo * DAY,
  amount,
  currency: "PLN",
  ...more,
});
const quiet = (...orders: Purchase[]) => quietFor(orders, NOW, "Europe/Warsaw");

describe("falling silent", () => {
  test("is noticed when the gap is half as long again as the habit", () => {
    expect(quiet(bought(38, 900), bought(59, 1100), bought(80, 1000), bought(101, 5000))).toEqual({
      days: 38,
      usualDays: 21,
      usualAmount: 1000,
      currency: "PLN",
    });
  });

  test("is not said of a customer who keeps to his habit", () => {
    expect(quiet(bought(25), bought(46), bought(67), bought(88))).toBeNull();
  });

  test("is not said before there is a habit", () => {
    expect(quiet(bought(90), bought(100), bought(110))).toBeNull();
    expect(quiet()).toBeNull();
  });

  test("is not said within two weeks, however often somebody buys", () => {
    expect(quiet(bought(13), bought(14), bought(15), bought(16))).toBeNull();
  });

  test("does not count drafts and cancelled orders as buying", () => {
    const orders = [bought(59), bought(80), bought(101), bought(122)];
    expect(quiet(bought(2, 1, { status: "cancelled" }), bought(1, 1, { status: "draft" }), ...orders)?.days).toBe(59);
  });

  test("names an amount only of one currency, and none where none is known", () => {
    const foreign = [bought(60, 7, { currency: "EUR" }), bought(80, 7, { currency: "EUR" })];
    expect(quiet(bought(40, 300), bought(100, 300), ...foreign)?.usualAmount).toBe(300);
    const unpriced = [40, 60, 80, 100].map((days) => bought(days, 0, { amount: null }));
    expect(quiet(...unpriced)?.usualAmount).toBeNull();
  });
});

test("purchases are summed month by month, in one currency, without what was not bought", () => {
  const starts = [Date.UTC(2026, 8, 1), Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 1)];
  const at = (month: number, day: number) => ({ ordered_at: Date.UTC(2026, month, day) });
  const orders = [
    bought(0, 10, at(7, 31)),
    bought(0, 100, at(8, 1)),
    bought(0, 5, { ...at(8, 2), currency: "EUR" }),
    bought(0, 40, { ...at(10, 2), status: "cancelled" }),
    bought(0, 30, at(10, 3)),
    bought(0, 20, at(10, 30)),
  ];
  expect(sumByMonth(orders, starts, "PLN").map((month) => month.amount)).toEqual([100, 0, 50]);
});

test("what was bought since a day is summed in every money, the usual one first", () => {
  const orders = [
    bought(40, 900),
    bought(9, 100, { currency: "EUR" }),
    bought(8, 50),
    bought(3, 25),
    bought(2, 7, { status: "cancelled" }),
  ];
  expect(boughtSince(orders, NOW - 30 * DAY, "PLN")).toEqual([
    { amount: 75, currency: "PLN" },
    { amount: 100, currency: "EUR" },
  ]);
  expect(boughtSince([bought(1, 5, { currency: null })], 0, "PLN")).toEqual([{ amount: 5, currency: "PLN" }]);
});

import { describe, expect, test } from "vitest";
import { type DealFacts, daysToBirthday, type Facts, reasonsToGo } from "./reasons.ts";

const TODAY = "2026-11-21";
const WARSAW = "Europe/Warsaw";
const daysAgo = (days: number) => Date.UTC(2026, 10, 21 - days, 9);
const nothing: Facts = {
  value_class: "regular",
  last_visit_at: daysAgo(5),
  complaint_at: null,
  contacts: [],
  deals: [],
};
const reasons = (over: Partial<Facts>) => reasonsToGo({ ...nothing, ...over }, TODAY, WARSAW);
const deal = (over: Partial<DealFacts> = {}): DealFacts => ({
  ...{ id: "d", stage: "proposal", stage_since: daysAgo(3), close_day: "2026-12-20", amount: 920_000, currency: "EUR" },
  ...over,
});

test("an ordinary customer seen last week gives no reason", () => expect(reasons({})).toEqual([]));
test("all reasons stand in the order of their weight", () => {
  const all = reasons({
    value_class: "main",
    complaint_at: daysAgo(2),
    contacts: [{ name: "Ewa", birthday: "1980-11-21" }],
    deals: [deal({ stage_since: daysAgo(19) })],
    last_visit_at: daysAgo(38),
  });
  expect(all).toEqual([
    { reason: "complaint", days: 2 },
    { reason: "value_class", value_class: "main" },
    { reason: "birthday", name: "Ewa", inDays: 0 },
    { reason: "deal", stage: "proposal", amount: 920_000, currency: "EUR" },
    { reason: "slipping" },
    { reason: "not_seen", days: 38 },
  ]);
});
test("days without a visit are worth a word from thirty on", () => {
  expect(reasons({ last_visit_at: daysAgo(29) })).toEqual([]);
  expect(reasons({ last_visit_at: daysAgo(30) })).toEqual([{ reason: "not_seen", days: 30 }]);
});
test("a customer never visited is a first visit", () => {
  expect(reasons({ last_visit_at: null })).toEqual([{ reason: "first_visit" }]);
});

describe("birthdays", () => {
  test("count from a week before", () => {
    const on = (birthday: string) => reasons({ contacts: [{ name: "Ewa", birthday }] });
    expect(on("1980-11-28")).toEqual([{ reason: "birthday", name: "Ewa", inDays: 7 }]);
    expect(on("1980-11-29")).toEqual([]);
    expect(on("1980-11-20")).toEqual([]);
  });
  test("the nearest of several is named", () => {
    const contacts = [
      { name: "Jan", birthday: "1980-11-25" },
      { name: "Ewa", birthday: "1975-11-22" },
      { name: "Ola", birthday: null },
    ];
    expect(reasons({ contacts })).toEqual([{ reason: "birthday", name: "Ewa", inDays: 1 }]);
  });
  test("come round the new year, and on 28 February where there is no 29th", () => {
    expect(daysToBirthday("1990-01-02", "2026-12-30")).toBe(3);
    expect(daysToBirthday("1992-02-29", "2027-02-27")).toBe(1);
    expect(daysToBirthday("1992-02-29", "2028-02-27")).toBe(2);
  });
});

describe("deals", () => {
  test("the slipping one is spoken of before a larger one", () => {
    const late = deal({ close_day: "2026-11-20", amount: 100 });
    expect(reasons({ deals: [deal(), late] })).toEqual([
      { reason: "deal", stage: "proposal", amount: 100, currency: "EUR" },
      { reason: "slipping" },
    ]);
  });
  test("won and lost ones are no reason", () => {
    expect(reasons({ deals: [deal({ stage: "won" }), deal({ stage: "lost" })] })).toEqual([]);
  });
});

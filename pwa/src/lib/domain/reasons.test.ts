import { describe, expect, test } from "vitest";
import { type DealFacts, type Facts, reasonsToGo } from "./reasons";

const TODAY = "2026-11-21";
const WARSAW = { timeZone: "Europe/Warsaw", calendar: "gregory" } as const;
const daysAgo = (days: number) => Date.UTC(2026, 10, 21 - days, 9);
const nothing: Facts = {
  value_class: "regular",
  last_visit_at: daysAgo(5),
  birthdays: [],
  deal: null,
  open_tasks: 0,
  complaints: 0,
};
const reasons = (over: Partial<Facts>) => reasonsToGo({ ...nothing, ...over }, TODAY, WARSAW);
const deal = (over: Partial<DealFacts> = {}): DealFacts => ({
  ...{ stage: "proposal", stage_since: daysAgo(3), close_day: "2026-12-20", amount: 920_000, currency: "EUR" },
  ...over,
});

test("an ordinary customer seen last week gives no reason", () => expect(reasons({})).toEqual([]));
test("all reasons stand in the order of their weight", () => {
  const all = reasons({
    value_class: "main",
    birthdays: [{ name: "Ewa", born: "1980-11-21" }],
    deal: deal({ stage_since: daysAgo(19) }),
    last_visit_at: daysAgo(38),
    open_tasks: 4,
    complaints: 2,
  });
  expect(all).toEqual([
    { reason: "value_class", value_class: "main" },
    { reason: "birthday", name: "Ewa", inDays: 0 },
    { reason: "complaint", count: 2 },
    { reason: "deal", stage: "proposal", amount: 920_000, currency: "EUR" },
    { reason: "slipping" },
    { reason: "not_seen", days: 38 },
    { reason: "tasks", count: 2 },
  ]);
});
test("a complaint is named as what it is, not among the tasks once more", () => {
  expect(reasons({ open_tasks: 1, complaints: 1 })).toEqual([{ reason: "complaint", count: 1 }]);
});
test("days without a visit are worth a word from thirty on", () => {
  expect(reasons({ last_visit_at: daysAgo(29) })).toEqual([]);
  expect(reasons({ last_visit_at: daysAgo(30) })).toEqual([{ reason: "not_seen", days: 30 }]);
});
test("a customer never visited is a first visit", () => {
  expect(reasons({ last_visit_at: null })).toEqual([{ reason: "first_visit" }]);
});

describe("birthdays", () => {
  const on = (day: string) => reasons({ birthdays: [{ name: "Ewa", born: `1980-${day}` }] });
  test("count the day before, the day itself and the day after", () => {
    expect(["11-20", "11-21", "11-22"].map((day) => on(day)[0])).toEqual([
      { reason: "birthday", name: "Ewa", inDays: -1 },
      { reason: "birthday", name: "Ewa", inDays: 0 },
      { reason: "birthday", name: "Ewa", inDays: 1 },
    ]);
    expect([on("11-19"), on("11-23")]).toEqual([[], []]);
  });
  test("one to come is named before one that has passed", () => {
    const birthdays = [
      { name: "Jan", born: "1980-11-20" },
      { name: "Ola", born: "1980-11-22" },
    ];
    expect(reasons({ birthdays })).toEqual([{ reason: "birthday", name: "Ola", inDays: 1 }]);
  });
  test("are those of the calendar that is read: 7 Azar is 7 Azar", () => {
    const birthdays = [{ name: "Maryam", born: "1996-11-27" }];
    const on = (day: string) =>
      reasonsToGo({ ...nothing, birthdays }, day, { timeZone: "Asia/Tehran", calendar: "persian" })[0];
    expect(on("2026-11-28")).toEqual({ reason: "birthday", name: "Maryam", inDays: 0 });
    expect(on("2026-11-27")).toEqual({ reason: "birthday", name: "Maryam", inDays: 1 });
  });
});

test("a deal that is won or lost is no reason", () => {
  expect([reasons({ deal: deal({ stage: "won" }) }), reasons({ deal: deal({ stage: "lost" }) })]).toEqual([[], []]);
});

import { expect, test } from "vitest";
import { USUAL_CALL_CYCLES } from "./call-cycle";
import { type Candidate, suggest } from "./suggestions";

const DAY = "2026-11-27";
const WARSAW = { timeZone: "Europe/Warsaw", calendar: "gregory" } as const;
const daysAgo = (days: number) => Date.UTC(2026, 10, 27 - days, 9);
const KRAKOW = { latitude: 50_061_000, longitude: 19_938_000 };
const GDANSK = { latitude: 54_352_000, longitude: 18_646_000 };

const candidate = (id: string, over: Partial<Candidate> = {}): Candidate => ({
  ...{
    id,
    point: KRAKOW,
    value_class: "regular",
    last_visit_at: daysAgo(5),
    birthdays: [],
    deal: null,
    open_tasks: 0,
    complaints: 0,
  },
  ...over,
});
const ids = (candidates: readonly Candidate[], stops = [KRAKOW], most = 10) =>
  suggest(candidates, DAY, WARSAW, USUAL_CALL_CYCLES, stops, most).map(({ customer }) => customer.id);

test("a customer seen within his cycle is left in peace", () => {
  expect(ids([candidate("a"), candidate("b", { last_visit_at: daysAgo(29) })])).toEqual([]);
});
test("a customer is suggested from the day on which his class's cycle is over", () => {
  expect(ids([candidate("a", { last_visit_at: daysAgo(30) })])).toEqual(["a"]);
  expect(ids([candidate("a", { value_class: "vip", last_visit_at: daysAgo(14) })])).toEqual(["a"]);
  expect(ids([candidate("a", { value_class: "small", last_visit_at: daysAgo(59) })])).toEqual([]);
});
test("the more valuable and the longer overdue come first", () => {
  const late = (id: string, value_class: Candidate["value_class"], days: number) =>
    candidate(id, { value_class, last_visit_at: daysAgo(days) });
  expect(ids([late("small", "small", 70), late("vip", "vip", 20), late("main", "main", 24)])).toEqual([
    "vip",
    "main",
    "small",
  ]);
  expect(ids([late("a", "main", 22), late("b", "main", 44)])).toEqual(["b", "a"]);
});
test("a slipping deal, a birthday, an open task, a complaint and a first visit are reasons of their own", () => {
  const deal = {
    stage: "proposal",
    stage_since: daysAgo(60),
    close_day: "2026-11-01",
    amount: 1,
    currency: "EUR",
  } as const;
  for (const over of [
    { deal },
    { birthdays: [{ name: "Ewa", born: "1980-11-27" }] },
    { open_tasks: 1 },
    { open_tasks: 1, complaints: 1 },
    { last_visit_at: null },
  ] satisfies Partial<Candidate>[])
    expect(ids([candidate("a", over)])).toEqual(["a"]);
  expect(ids([candidate("a", { deal: { ...deal, stage_since: daysAgo(1), close_day: "2026-12-30" } })])).toEqual([]);
});
test("who has complained comes before whom a task or a birthday leads to, however many complaints there are", () => {
  const complained = candidate("z", { open_tasks: 3, complaints: 3 });
  const others = [
    candidate("a", { open_tasks: 3 }),
    candidate("b", { birthdays: [{ name: "Ewa", born: "1980-11-27" }] }),
  ];
  expect(ids([...others, complained])[0]).toBe("z");
  const once = candidate("y", { open_tasks: 1, complaints: 1 });
  expect(ids([complained, once])).toEqual(["y", "z"]);
});
test("who lies on the way comes before who lies far off, and who is far too far still comes", () => {
  const late = { last_visit_at: daysAgo(40) };
  const far = candidate("far", { ...late, point: GDANSK });
  expect(ids([far, candidate("near", late)])).toEqual(["near", "far"]);
  expect(ids([far, candidate("unknown", { ...late, point: null })], [])).toEqual(["far", "unknown"]);
  const [first] = suggest([far], DAY, WARSAW, USUAL_CALL_CYCLES, [KRAKOW], 1);
  expect(first?.away).toBeGreaterThan(480_000);
});
test("equal ones keep their places, and no more are given than were asked for", () => {
  const all = ["c", "a", "b"].map((id) => candidate(id, { last_visit_at: daysAgo(40) }));
  expect(ids(all)).toEqual(["a", "b", "c"]);
  expect(ids(all, [KRAKOW], 2)).toEqual(["a", "b"]);
});

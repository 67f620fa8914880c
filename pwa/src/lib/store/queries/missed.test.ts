import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";

const C = id(100);

function book(...rows: ReturnType<typeof row>[]) {
  const device = open();
  receive(device, {
    rows: { shared: [row("person", PERSON, "shared", { name: "Marek" })], [BUCKET]: [customerRow(100), ...rows] },
  });
  return device;
}
const visit = (number: number, v: object) =>
  row("visit", id(number), C, { customer: C, person: PERSON, status: "planned", ...v });

const TODAY = "2026-11-21";
/** The days from the 7th to the 20th, each with its first instant in UTC. */
const days = Array.from({ length: 14 }, (_, at) => ({
  day: `2026-11-${String(7 + at).padStart(2, "0")}`,
  from: Date.UTC(2026, 10, 7 + at),
}));

test("what was planned and not made is told for some days, one's own and what is still planned", () => {
  const { engine } = book(
    visit(200, { planned_day: "2026-11-20", position: 2 }),
    visit(201, { planned_day: "2026-11-20", position: 1 }),
    visit(203, { planned_day: "2026-11-19", status: "done" }),
    visit(204, { planned_day: "2026-11-19", status: "cancelled" }),
    visit(205, { planned_day: "2026-11-19", person: id(9) }),
    visit(206, { planned_day: "2026-11-01" }),
    visit(207, { planned_day: "2026-11-18", deleted: true }),
    visit(208, { planned_day: "2026-11-18" }),
  );
  const asked = { person: PERSON, today: TODAY, days, limit: 9 };
  expect(engine.query("visit.missed", asked).map((one) => one.id)).toEqual([id(201), id(200), id(208)]);
});

test("what was planned is not missed where somebody has been there since, whoever it was", () => {
  const missed = (v: object) =>
    book(visit(200, { planned_day: "2026-11-19" }), visit(201, { status: "done", ...v })).engine.query("visit.missed", {
      ...{ person: PERSON, today: TODAY, days, limit: 9 },
    }).length;
  const [day, before] = [Date.UTC(2026, 10, 19), Date.UTC(2026, 10, 19) - 1];
  expect([missed({ checked_in_at: day }), missed({ checked_in_at: NOW, person: id(9) })]).toEqual([0, 0]);
  expect(missed({ checked_in_at: NOW, status: "open" })).toBe(0);
  expect([missed({ checked_in_at: before }), missed({ checked_in_at: NOW, deleted: true })]).toEqual([1, 1]);
});

test("a check-in takes over the latest visit that the person has missed there, and none of another's or of long ago", () => {
  const taken = (...rows: ReturnType<typeof row>[]) =>
    book(...rows).engine.query("visit.taken_over", { person: PERSON, customer: C, days })?.id ?? null;
  const [before, last] = [visit(200, { planned_day: "2026-11-18" }), visit(201, { planned_day: "2026-11-20" })];
  expect(taken(last, before, visit(202, { planned_day: "2026-11-21" }))).toBe(id(201));
  expect(
    taken(visit(200, { planned_day: "2026-11-06" }), visit(201, { planned_day: "2026-11-20", person: id(9) })),
  ).toBe(null);
  const elsewhere = row("visit", id(203), id(101), {
    ...{ customer: id(101), person: PERSON, status: "planned" },
    planned_day: "2026-11-20",
  });
  expect(taken(elsewhere, customerRow(101))).toBe(null);
  const made = visit(204, { status: "done", checked_in_at: Date.UTC(2026, 10, 19, 9) });
  expect([taken(before, made), taken(before, last, made)]).toEqual([null, id(201)]);
});

test("whom the same person has planned anew, for today or later, is offered no more; a check-in makes the late plan all the same", () => {
  const late = visit(200, { planned_day: "2026-11-19" });
  const offered = (v: object) =>
    book(late, visit(201, v)).engine.query("visit.missed", { person: PERSON, today: TODAY, days, limit: 9 }).length;
  expect([offered({ planned_day: TODAY }), offered({ planned_day: "2026-11-28" })]).toEqual([0, 0]);
  expect(offered({ planned_day: TODAY, person: id(9) })).toBe(1);
  expect(offered({ planned_day: TODAY, status: "cancelled" })).toBe(1);
  expect(offered({ planned_day: TODAY, deleted: true })).toBe(1);
  const next = visit(201, { planned_day: "2026-11-28" });
  expect(book(late, next).engine.query("visit.taken_over", { person: PERSON, customer: C, days })?.id).toBe(id(200));
});

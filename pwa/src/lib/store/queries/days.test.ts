import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, PERSON, receive, row } from "../fixtures.ts";
import { book, C, DAY, own, today } from "./book.ts";

test("today's stops come in the order of the route with the reasons to go", () => {
  const { engine } = book();
  const stops = engine.query("today.stops", { person: PERSON, ...today });
  expect(stops.map((stop) => stop.id)).toEqual([id(202), id(201)]);
  expect(stops[1]).toMatchObject({
    customer: { name: "Nowak", country: null },
    lastVisitAt: NOW - 3_600_000,
    birthdays: [{ name: "Ewa", born: "1980-11-22" }],
    deal: { title: "Autumn", slipping: true, currency: "EUR" },
    inPlay: [{ amount: 9200, currency: "EUR" }],
    openTasks: 3,
    ordered: [{ amount: 860, currency: "EUR" }],
    waiting: false,
  });
  expect(stops[0]?.lastVisitAt).toBe(NOW - 38 * DAY);
});

test("a visit that took place is a stop of the day on which it did, whatever day it was planned for", () => {
  const device = book();
  const tomorrow = { day: "2026-11-22", from: today.to, to: today.to + DAY };
  expect(new Date(tomorrow.from).toISOString().slice(0, 10)).toBe(tomorrow.day);
  const stopsOf = (local: typeof tomorrow) =>
    device.engine.query("today.stops", { person: PERSON, ...local }).map((stop) => [stop.id, stop.position]);
  const onMap = (local: typeof tomorrow) => device.engine.query("map.day", local).map((one) => [one.id, one.position]);
  const planned = (local: typeof tomorrow) => {
    const span = { firstDay: local.day, lastDay: local.day, from: local.from, to: local.to };
    return device.engine.query("overview.reps", { span })[0]?.planned;
  };
  device.save({ kind: "visit", id: id(201), root: C, v: { planned_day: tomorrow.day, position: 1 } });
  expect([stopsOf(tomorrow), onMap(tomorrow)]).toEqual([[[id(201), 1]], [[id(201), 1]]]);
  expect([planned(today), planned(tomorrow)]).toEqual([1, 1]);
  device.save({ kind: "visit", id: id(201), root: C, v: { status: "open", checked_in_at: NOW } });
  expect([stopsOf(tomorrow), onMap(tomorrow)]).toEqual([[], []]);
  // Its place in the order of the other day means nothing in this one.
  const both = [
    [id(202), 1],
    [id(201), null],
  ];
  expect([stopsOf(today), onMap(today).sort().reverse()]).toEqual([both, both]);
  expect([planned(today), planned(tomorrow)]).toEqual([2, 0]);
});

test("of a stop's deals one that slips is told, by its day or by its stage, be another one greater", () => {
  const device = book();
  const deal = (number: number, v: object) => row("deal", id(number), id(101), { customer: id(101), title: "x", ...v });
  const visit = { customer: id(101), person: PERSON, status: "planned", planned_day: today.day };
  const told = () =>
    device.engine.query("today.stops", { person: PERSON, ...today }).find((one) => one.id === id(220))?.deal;
  receive(device, {
    rows: {
      [BUCKET]: [
        row("visit", id(220), id(101), visit),
        deal(410, { stage: "new", amount: 9000, stage_since: today.from - DAY, close_day: "2027-06-01" }),
        deal(411, { stage: "negotiation", amount: 5, stage_since: today.from - 14 * DAY }),
        deal(412, { stage: "won", amount: 7, stage_since: today.from - 90 * DAY, close_day: "2026-01-01" }),
      ],
    },
  });
  expect(told()).toMatchObject({ id: id(410), slipping: false });
  device.save({ kind: "deal", id: id(411), root: id(101), v: { stage_since: today.from - 14 * DAY - 1 } });
  expect(told()).toMatchObject({ id: id(411), slipping: true });
});

test("an open complaint is counted among the tasks and for itself, until it is settled", () => {
  const device = book();
  const complaint = (number: number, more: object) =>
    row("task", id(number), C, { ...own, title: `Complaint ${number}`, type: "complaint", status: "open", ...more });
  receive(device, {
    rows: {
      [BUCKET]: [complaint(660, {}), complaint(661, { due_day: today.day }), complaint(662, { status: "done" })],
    },
  });
  const stop = () => device.engine.query("today.stops", { person: PERSON, ...today })[1];
  const open = () => device.engine.query("customer.complaints", { customer: C, limit: 5 }).map(({ title }) => title);
  const onMap = () => device.engine.query("map.customers", { ids: [C], ...today })[0];
  expect(open()).toEqual(["Complaint 661", "Complaint 660"]);
  expect(stop()).toMatchObject({ openTasks: 5, complaints: 2 });
  expect(onMap()).toMatchObject({ openTasks: 5, complaints: 2 });
  device.save({ kind: "task", id: id(661), root: C, v: { status: "done" } });
  expect([open(), stop()?.complaints, onMap()?.complaints]).toEqual([["Complaint 660"], 1, 1]);
});

test("an unplanned visit of the day is a stop, and the open one is known", () => {
  const device = book();
  expect(device.engine.query("visit.open", { person: PERSON })).toBeNull();
  device.save({ kind: "visit", id: id(210), root: C, v: { ...own, status: "open", checked_in_at: NOW } });
  expect(device.engine.query("today.stops", { person: PERSON, ...today }).map((stop) => stop.id)).toContain(id(210));
  expect(device.engine.query("visit.open", { person: PERSON })).toMatchObject({ id: id(210), customerName: "Nowak" });
  expect(device.engine.query("visit.one", { id: id(210) })).toMatchObject({
    visit: { waiting: true },
    customer: { name: "Nowak" },
    personName: "Marek",
  });
});

test("who may be worth a visit is due, slipping, born about then or has a task, and has no visit planned", () => {
  const device = book();
  const day = { day: "2026-11-22", from: today.to, to: today.to + DAY };
  const due = (number: number, v: object = {}) => customerRow(number, { name: `Due ${number}`, owner: PERSON, ...v });
  const never = id(110);
  receive(device, {
    rows: {
      [BUCKET]: [
        due(110, { value_class: "vip" }),
        due(111, { value_class: "small", owner: id(9) }),
        due(112, { value_class: "small" }),
        due(113),
        row("visit", id(210), id(112), { customer: id(112), person: PERSON, status: "done", checked_in_at: NOW - DAY }),
        row("visit", id(211), id(113), { customer: id(113), person: PERSON, status: "planned", planned_day: day.day }),
      ],
    },
  });
  const seenBefore = { vip: NOW, main: NOW, regular: NOW, small: NOW - 2 * DAY, "": NOW };
  const ask = (person = PERSON) =>
    device.engine.query("plan.candidates", { person, today: today.day, seenBefore, ...day }).map((found) => found.id);
  // Nowak (C) has a visit planned today, 112 was seen yesterday, 113 is planned, 111 is another's.
  expect(ask()).toEqual([never]);
  expect(ask(id(9))).toEqual([id(111)]);
  device.save({ kind: "visit", id: id(201), root: C, v: { status: "cancelled" } });
  expect(ask()).toEqual(expect.arrayContaining([never, C]));
  // 112 was seen yesterday; a complaint, be it a colleague's to settle and whenever that is due, asks for a visit all the same.
  const v = { title: "Broken", type: "complaint", status: "open", person: id(9), customer: id(112) } as const;
  device.save({ kind: "task", id: id(670), root: id(112), v });
  expect(ask()).toContain(id(112));
  device.save({ kind: "task", id: id(670), root: id(112), v: { status: "done" } });
  expect(ask()).not.toContain(id(112));
});

test("a deal that stands too long, whoever has it, and a birthday, be it of a leap day, ask for a visit", () => {
  const device = book();
  const on = (day: string) => ({ day, from: Date.parse(day), to: Date.parse(day) + DAY });
  const never = { vip: 0, main: 0, regular: 0, small: 0, "": 0 };
  const seen = (number: number) => [
    customerRow(number, { name: `Seen ${number}`, owner: PERSON }),
    row("visit", id(number + 100), id(number), {
      customer: id(number),
      person: PERSON,
      status: "done",
      checked_in_at: NOW,
    }),
  ];
  const deal = { customer: id(120), title: "Stuck", owner: id(9), stage: "proposal", stage_since: NOW - 90 * DAY };
  // Of colleagues' customers there are more than are looked at.
  const others = Array.from({ length: 250 }, (_, at) => [
    customerRow(2000 + at, { name: `Other ${at}`, owner: id(9) }),
    row("contact", id(3000 + at), id(2000 + at), { customer: id(2000 + at), name: "Born", birthday: "1970-02-28" }),
  ]);
  receive(device, {
    rows: {
      [BUCKET]: [
        ...others.flat(),
        ...seen(120),
        ...seen(121),
        row("deal", id(420), id(120), deal),
        row("contact", id(321), id(121), { customer: id(121), name: "Leap", birthday: "1980-02-29" }),
      ],
    },
  });
  const ask = (day: string) =>
    device.engine
      .query("plan.candidates", { person: PERSON, today: "2027-01-01", seenBefore: never, ...on(day) })
      .map((found) => found.id);
  expect(ask("2027-02-28")).toEqual(expect.arrayContaining([id(120), id(121)]));
  expect(ask("2027-02-24")).not.toContain(id(121));
});

test("a stop tells for which day it was planned, and has no hour of another day", () => {
  const device = book();
  const at = NOW - DAY - 3_600_000;
  const came = { ...own, checked_in_at: NOW, status: "open" };
  receive(device, {
    rows: {
      [BUCKET]: [
        row("visit", id(230), C, { ...own, status: "planned", planned_day: today.day }),
        row("visit", id(231), C, { ...came, planned_day: "2026-11-20", planned_at: at }),
        row("visit", id(232), C, came),
      ],
    },
    seq: 2,
  });
  const stops = device.engine.query("today.stops", { person: PERSON, ...today });
  const planOf = (number: number) => {
    const found = stops.find((stop) => stop.id === id(number));
    return [found?.planned_day, found?.planned_at, found?.position];
  };
  expect([planOf(230), planOf(231), planOf(232)]).toEqual([
    [today.day, null, null],
    ["2026-11-20", null, null],
    [null, null, null],
  ]);
});

test("orders of a day in several currencies are as many sums, first that of the organisation's own; one without a price is none", () => {
  const device = book();
  const order = (number: number, v: object) =>
    row("order", id(number), C, { ...own, status: "placed", ordered_at: NOW, ...v });
  receive(device, {
    rows: {
      [BUCKET]: [
        order(510, { amount: 10_000, currency: "PLN" }),
        order(511, { amount: 5_000, currency: "PLN" }),
        order(512, { amount: 700 }),
        order(513, { currency: "CHF" }),
      ],
    },
    seq: 2,
  });
  expect(device.engine.query("today.stops", { person: PERSON, ...today })[0]?.ordered).toEqual([
    { amount: 700, currency: null },
    { amount: 860, currency: "EUR" },
    { amount: 15_000, currency: "PLN" },
  ]);
});

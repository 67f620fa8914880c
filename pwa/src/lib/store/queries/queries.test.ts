import { describe, expect, test } from "vitest";
import { addTo, removeFrom } from "../change.ts";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row, TERRITORY } from "../fixtures.ts";
import type { CustomersConditions } from "./customers-filter.ts";
import { QUERIES, type QueryName } from "./index.ts";

const DAY = 86_400_000;
const C = id(100);
const today = { day: "2026-11-21", from: Date.UTC(2026, 10, 21), to: Date.UTC(2026, 10, 22) };
const WORLD = { south: -90e6, west: -180e6, north: 90e6, east: 180e6 };
const own = { customer: C, person: PERSON };
const product = (number: number, name: string, v: object = {}) => row("product", id(number), "shared", { name, ...v });

/** A rep's small book: one busy customer, one quiet one. */
function book() {
  const device = open();
  const visit = (number: number, v: object) => row("visit", id(number), C, { ...own, ...v });
  receive(device, {
    rows: {
      shared: [
        row("person", PERSON, "shared", { name: "Marek", role: "rep", active: true }),
        row("territory", TERRITORY, "shared", { name: "South" }),
        row("territory", id(3), "shared", { name: "North" }),
        product(700, "Shelf"),
        product(701, "Old shelf", { active: false }),
        row("setting", id(800), "shared", { name: "currency", value: "EUR" }),
      ],
      [BUCKET]: [
        customerRow(100, {
          name: "Nowak",
          city: "Kraków",
          latitude: 50_060_000,
          longitude: 19_940_000,
          owner: PERSON,
          value_class: "vip",
          revenue_12m: 500,
        }),
        customerRow(101, { name: "Quiet", latitude: 50_160_000, longitude: 19_940_000, revenue_12m: 900 }),
        row("contact", id(300), C, { customer: C, name: "Ewa", birthday: "1980-11-22" }),
        row("contact", id(301), C, { customer: C, name: "Adam", birthday: "1980-06-01" }),
        visit(200, {
          status: "done",
          checked_in_at: NOW - 38 * DAY,
          checked_out_at: NOW - 38 * DAY + 60_000,
          note: "long ago",
        }),
        visit(201, { status: "planned", planned_day: today.day, position: 2 }),
        visit(202, {
          status: "done",
          planned_day: today.day,
          position: 1,
          checked_in_at: NOW - 3_600_000,
          outcome: "order",
        }),
        visit(203, { status: "cancelled", planned_day: today.day, position: 0 }),
        row("deal", id(400), C, {
          customer: C,
          title: "Autumn",
          stage: "proposal",
          amount: 9200,
          currency: "EUR",
          close_day: "2026-11-01",
          owner: PERSON,
          stage_since: NOW - 50 * DAY,
        }),
        row("deal", id(401), C, {
          customer: C,
          title: "Spring",
          stage: "won",
          amount: 100,
          currency: "EUR",
          owner: PERSON,
          stage_since: NOW - 1000,
        }),
        row("order", id(500), C, {
          ...own,
          number: "2318",
          status: "placed",
          ordered_at: NOW - 1000,
          amount: 860,
          currency: "EUR",
          lines: [{ product: id(700), quantity: 1, price: 860 }],
        }),
        row("note", id(600), C, { ...own, written_at: NOW - 2 * DAY, body: "likes tea" }),
        row("task", id(650), C, { ...own, title: "Call", status: "open", due_day: "2026-11-20" }),
        row("task", id(651), C, { ...own, title: "Quote", status: "open", due_day: today.day }),
        row("task", id(652), C, { ...own, title: "Someday", status: "open" }),
        row("task", id(653), C, { ...own, title: "Done", status: "done", done_at: NOW - 5000 }),
      ],
    },
  });
  return device;
}

test("the customer page counts what belongs to it", () => {
  const { engine } = book();
  expect(engine.query("customer.one", { id: C })).toMatchObject({
    customer: { name: "Nowak", waiting: false },
    ownerName: "Marek",
    territoryName: "South",
    lastVisitAt: NOW - 3_600_000,
    counts: { contacts: 2, deals: 2, orders: 1, openTasks: 3 },
  });
  expect(engine.query("customer.one", { id: id(999) })).toBeNull();
  expect(engine.query("customer.contacts", { customer: C, limit: 5 }).map(({ name }) => name)).toEqual(["Adam", "Ewa"]);
  expect(engine.query("customer.deals", { customer: C, limit: 5 }).map(({ title }) => title)).toEqual([
    "Autumn",
    "Spring",
  ]);
  expect(engine.query("customer.orders", { customer: C, limit: 5 })).toMatchObject([
    { number: "2318", lines: 1, currency: "EUR" },
  ]);
  expect(engine.query("customer.tasks", { customer: C, limit: 5 }).map(({ title }) => title)).toEqual([
    "Call",
    "Quote",
    "Someday",
  ]);
  expect(engine.query("customer.visits", { customer: C, limit: 5 }).map((row) => row.id)).toEqual([id(201)]);
});

test("the timeline merges everything by time and goes on from where it stopped", () => {
  const { engine } = book();
  const all = engine.query("customer.timeline", { customer: C, before: NOW + DAY, limit: 50 });
  expect(all.map(({ kind }) => kind).slice(0, 5)).toEqual(["order", "deal", "task", "visit", "note"]);
  expect(all.find((entry) => entry.id === id(200))).toMatchObject({
    kind: "visit",
    text: "long ago",
    personName: "Marek",
  });
  const first = engine.query("customer.timeline", { customer: C, before: NOW + DAY, limit: 3 });
  const rest = engine.query("customer.timeline", { customer: C, before: first.at(-1)?.at ?? 0, limit: 50 });
  expect([...first, ...rest].map((entry) => entry.id)).toEqual(all.map((entry) => entry.id));
  for (const only of ["visit", "note", "call", "file", "task", "deal", "order"] as const)
    expect(engine.query("customer.timeline", { customer: C, before: NOW + DAY, limit: 50, only })).toEqual(
      all.filter(({ kind }) => kind === only),
    );
});

test("today's stops come in the order of the route with the reasons to go", () => {
  const { engine } = book();
  const stops = engine.query("today.stops", { person: PERSON, ...today });
  expect(stops.map((stop) => stop.id)).toEqual([id(202), id(201)]);
  expect(stops[1]).toMatchObject({
    customer: { name: "Nowak" },
    lastVisitAt: NOW - 3_600_000,
    birthdays: [{ name: "Ewa", day: "11-22" }],
    deal: { title: "Autumn", slipping: true, currency: "EUR" },
    inPlay: [{ amount: 9200, currency: "EUR" }],
    openTasks: 3,
    ordered: { amount: 860, currency: "EUR" },
    waiting: false,
  });
  expect(stops[0]?.lastVisitAt).toBe(NOW - 38 * DAY);
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

test("who was born on 29 February has the birthday on the 28th where the year has no 29th", () => {
  const device = book();
  receive(device, {
    rows: { [BUCKET]: [row("contact", id(302), C, { customer: C, name: "Leap", birthday: "1980-02-29" })] },
  });
  const isNear = (day: string) => {
    const from = Date.parse(day);
    device.save({ kind: "visit", id: id(201), root: C, v: { planned_day: day } });
    const stops = device.engine.query("today.stops", { person: PERSON, day, from, to: from + DAY });
    return stops[0]?.birthdays.some(({ name }) => name === "Leap");
  };
  expect(["2027-02-26", "2027-02-27", "2027-02-28", "2027-03-01", "2027-03-02"].map(isNear)).toEqual([
    ...[false, true, true, true, false],
  ]);
  expect(["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01", "2028-03-02"].map(isNear)).toEqual([
    ...[false, true, true, true, false],
  ]);
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

test("customers are filtered, sorted and measured", () => {
  const { engine } = book();
  const page = (more: object) =>
    engine.query("customers.page", { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: 9, ...more });
  const names = (more: object) => page(more).rows.map(({ name }) => name);
  expect(names({})).toEqual(["Nowak", "Quiet"]);
  expect(names({ sort: "value" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ sort: "last_visit" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ filter: { name: "not_seen_days", days: 30 } })).toEqual(["Quiet"]);
  expect(names({ filter: { name: "value_class", value_class: "vip" } })).toEqual(["Nowak"]);
  expect(names({ filter: { name: "phase", phase: "loyal" } })).toEqual([]);
  expect(names({ filter: { name: "mine", owner: PERSON } })).toEqual(["Nowak"]);
  expect(names({ offset: 1 })).toEqual(["Quiet"]);
  expect(page({ limit: 1 }).total).toBe(2);
  const near = page({ filter: { name: "near" }, here: { latitude: 50_150_000, longitude: 19_940_000 } });
  expect(near.rows.map(({ name, distance }) => [name, distance])).toEqual([
    ["Quiet", 1112],
    ["Nowak", 10_008],
  ]);
  expect(names({ filter: { name: "near" } })).toEqual([]);
});

test("a list by distance has as many as one by name, also while it is scrolled; whoever has no place comes last", () => {
  const device = open();
  const rows = [
    ...Array.from({ length: 60 }, (_, at) =>
      customerRow(1000 + at, {
        name: `At ${at}`,
        latitude: 50_000_000 + at * at * 10_000,
        longitude: 20_000_000 + at * 1000,
      }),
    ),
    customerRow(1100, { name: "Far", latitude: -33_000_000, longitude: -170_000_000 }),
    customerRow(1101, { name: "No place B" }),
    customerRow(1102, { name: "No place A", longitude: 20_000_000 }),
    customerRow(1103, { name: "Gone", deleted: true }),
  ];
  receive(device, { rows: { shared: [], [BUCKET]: rows } });
  const page = (offset: number, limit: number, more: object = {}) =>
    device.engine.query("customers.page", {
      search: "",
      filter: { name: "all" },
      sort: "distance",
      here: { latitude: 50_000_000, longitude: 20_000_000 },
      offset,
      limit,
      ...more,
    });
  const names = Array.from({ length: 60 }, (_, at) => `At ${at}`).concat("Far", "No place A", "No place B");
  expect(page(0, 100)).toMatchObject({ total: 63, isCounted: true });
  expect(page(0, 100).rows.map(({ name }) => name)).toEqual(names);
  expect(page(0, 10)).toMatchObject({ total: 63, isCounted: true });
  expect(page(20, 10, { filter: { name: "near" } })).toMatchObject({ total: 63, isCounted: true });
  const scrolled = Array.from({ length: 10 }, (_, at) => page(at * 7, 7).rows.map(({ name }) => name));
  expect(scrolled.flat()).toEqual(names);
  expect(page(61, 9).rows.map(({ name, distance }) => [name, distance])).toEqual([
    ["No place A", null],
    ["No place B", null],
  ]);
});

test("customers that need not be counted are told at once, until somebody has counted them", () => {
  const device = book();
  const page = (more: object) => {
    const asked = { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: 1, ...more } as const;
    const { total, isCounted } = device.engine.query("customers.page", asked);
    return { total, isCounted };
  };
  expect(page({ counted: false })).toEqual({ total: 1, isCounted: false });
  // A page that is not full says how long the list is.
  expect(page({ counted: false, limit: 9 })).toEqual({ total: 2, isCounted: true });
  expect(page({ counted: false, offset: 1, limit: 9 })).toEqual({ total: 2, isCounted: true });
  // Behind the end nothing can be said without.
  expect(page({ counted: false, offset: 5 })).toEqual({ total: 2, isCounted: true });
  device.save({ kind: "customer", id: C, root: C, v: { city: "Kielce" } });
  expect(page({ counted: false })).toEqual({ total: 1, isCounted: false });
  expect(page({})).toEqual({ total: 2, isCounted: true });
  expect(page({ counted: false })).toEqual({ total: 2, isCounted: true });
});

test("several filters hold at once, and of each any value", () => {
  const device = book();
  const { engine } = device;
  device.save({ kind: "customer", id: C, root: C, v: { tags: addTo("cash only", "corner") } });
  device.save({ kind: "customer", id: id(101), root: id(101), v: { tags: addTo("cash only") } });
  const here = { latitude: 50_150_000, longitude: 19_940_000 };
  const names = (conditions: CustomersConditions, more: object = {}) => {
    const filter = { name: "every", ...conditions } as const;
    const page = engine.query("customers.page", {
      search: "",
      filter,
      sort: "name",
      offset: 0,
      limit: 9,
      here,
      ...more,
    });
    expect(page.total).toBe(page.rows.length);
    return page.rows.map(({ name }) => name);
  };
  expect(names({})).toEqual(["Nowak", "Quiet"]);
  expect(names({ owners: [PERSON, id(9)], cities: ["Kraków"], valueClasses: ["vip", "main"] })).toEqual(["Nowak"]);
  expect(names({ owners: [PERSON], notSeenDays: 30 })).toEqual([]);
  expect(names({ territories: [TERRITORY] })).toEqual(["Nowak", "Quiet"]);
  expect(names({ tags: ["cash only"] }, { sort: "distance" })).toEqual(["Quiet", "Nowak"]);
  expect(names({ tags: ["corner", "nothing"] })).toEqual(["Nowak"]);
  expect(names({ tags: ["cash"] })).toEqual([]);
  expect(names({ within: 5_000 })).toEqual(["Quiet"]);
  expect(names({ within: 10_100 })).toEqual(["Nowak", "Quiet"]);
  expect(names({ within: 10_000 })).toEqual(["Quiet"]);
  expect(names({ within: 5_000 }, { here: undefined })).toEqual([]);
  expect(names({ valueClasses: ["vip"] }, { search: "no" })).toEqual(["Nowak"]);
  device.save({ kind: "customer", id: C, root: C, v: { tags: removeFrom("corner") } });
  expect(names({ tags: ["corner"] })).toEqual([]);
});

test("the filters know what the customers on this device have", () => {
  const device = book();
  device.save({ kind: "customer", id: C, root: C, v: { tags: addTo("cash only", "corner") } });
  device.save({ kind: "customer", id: id(101), root: id(101), v: { tags: addTo("cash only") } });
  expect(device.engine.query("customers.facets", { limit: 9 })).toEqual({
    cities: [{ value: "Kraków", count: 1 }],
    tags: [
      { value: "cash only", count: 2 },
      { value: "corner", count: 1 },
    ],
    owners: [{ value: PERSON, count: 1 }],
    territories: [{ value: TERRITORY, count: 2 }],
  });
});

test("one's own saved lists stand before those of the team", () => {
  const device = book();
  const list = (number: number, root: string, name: string) =>
    row("saved_list", id(number), root, { name, subject: "customer", filters: [], sort: "name" });
  receive(device, {
    rows: { shared: [list(900, "shared", "A")], [`u:${PERSON}`]: [list(901, PERSON, "C"), list(902, PERSON, "B")] },
  });
  const names = () => device.engine.query("saved_list.list", { subject: "customer", limit: 9 }).map(({ name }) => name);
  expect(names()).toEqual(["B", "C", "A"]);
  device.save({ kind: "saved_list", id: id(902), root: PERSON, v: { deleted: true } });
  expect(names()).toEqual(["C", "A"]);
});

test("tasks are grouped by their day", () => {
  const { engine } = book();
  const titles = (group: "overdue" | "today" | "later" | "done") =>
    engine
      .query("tasks.page", { person: PERSON, group, today: today.day, offset: 0, limit: 9 })
      .map(({ title }) => title);
  expect([titles("overdue"), titles("today"), titles("later"), titles("done")]).toEqual([
    ["Call"],
    ["Quote"],
    ["Someday"],
    ["Done"],
  ]);
  expect(engine.query("tasks.counts", { person: PERSON, today: today.day })).toEqual({
    overdue: 1,
    today: 1,
    later: 1,
  });
});

test("a repeating task that is done without a next one is found until there is one", () => {
  const { engine } = book();
  const ended = () => engine.query("tasks.ended", { person: PERSON, limit: 9 }).map(({ id: found }) => found);
  const task = { kind: "task", id: id(690), root: PERSON } as const;
  const v = { title: "Report", person: PERSON, repeat: "week", description: "By e-mail" } as const;
  engine.write([{ ...task, v: { ...v, status: "open" } }], "1");
  expect(ended()).toEqual([]);
  engine.write([{ ...task, v: { status: "done", done_at: NOW } }], "2");
  expect(ended()).toEqual([id(690)]);
  expect(engine.query("tasks.ended", { person: PERSON, limit: 9 })[0]).toMatchObject({
    repeat: "week",
    description: "By e-mail",
  });
  engine.write([{ ...task, v: { next_task: id(691) } }], "3");
  expect(ended()).toEqual([]);
});

test("deals are listed and summed by stage", () => {
  const { engine } = book();
  expect(engine.query("deals.page", { stage: "proposal", owner: null, offset: 0, limit: 9 })).toMatchObject([
    { title: "Autumn", customerName: "Nowak", ownerName: "Marek" },
  ]);
  expect(engine.query("deals.totals", { owner: PERSON, today: today.day })).toEqual([
    { stage: "proposal", currency: "EUR", deals: 1, amount: 9200, slipping: 1 },
    { stage: "won", currency: "EUR", deals: 1, amount: 100, slipping: 0 },
  ]);
  expect(engine.query("deal.one", { id: id(400) })).toMatchObject({ deal: { title: "Autumn" }, customerName: "Nowak" });
});

describe("a discount that is asked for", () => {
  const ask = { discount: 10, discount_reason: "Forty pieces", discount_asked_by: PERSON, discount_asked_at: NOW };
  const answer = { discount_answered: NOW, discount_answered_by: PERSON, discount_granted: true };
  const deal = (number: number, v: object) =>
    row("deal", id(number), C, { customer: C, title: `Deal ${number}`, stage: "proposal", ...v });
  const device = (role: "rep" | "manager", ...deals: ReturnType<typeof deal>[]) => {
    const opened = open(7, undefined, undefined, role);
    receive(opened, {
      rows: { shared: [row("person", PERSON, "shared", { name: "Marek" })], [BUCKET]: [customerRow(100), ...deals] },
    });
    return opened;
  };
  const waiting = ({ engine }: ReturnType<typeof open>) =>
    engine.query("deals.discounts", { limit: 9 }).map(({ deal: { title }, askedByName }) => `${title} ${askedByName}`);
  test("waits until it is answered, the deal is over, or it is asked for no more", () => {
    const manager = device(
      "manager",
      deal(401, { ...ask, discount_asked_at: NOW + 1 }),
      deal(402, ask),
      deal(403, { ...ask, ...answer }),
      deal(404, { ...ask, ...answer, discount_asked_at: NOW + 2 }),
      deal(405, { ...ask, stage: "lost" }),
      deal(406, { ...ask, discount: null }),
      deal(407, { ...ask, deleted: true }),
      deal(408, {}),
    );
    expect(waiting(manager)).toEqual(["Deal 402 Marek", "Deal 401 Marek", "Deal 404 Marek"]);
    expect(manager.engine.attention).toBe(3);
    manager.save({ kind: "deal", id: id(402), root: C, v: answer });
    expect(waiting(manager)).toEqual(["Deal 401 Marek", "Deal 404 Marek"]);
    expect(manager.engine.attention).toBe(2);
  });
  test("is no rep's to look at, and none may answer it, in a new deal as little as in a known one", () => {
    const rep = device("rep", deal(401, ask));
    expect(rep.engine.attention).toBe(0);
    const forbidden = Object.keys(answer).map((field) => ({ code: "forbidden_field", field }));
    for (const number of [401, 499]) {
      const v = { customer: C, title: "Deal", stage: "new", ...ask, ...answer } as const;
      expect(rep.engine.write([{ kind: "deal", id: id(number), root: C, v }], `k${number}`)).toMatchObject({
        saved: false,
        problems: forbidden,
      });
    }
  });
});

test("the manager sees the team's day", () => {
  const { engine } = book();
  const span = { firstDay: today.day, lastDay: today.day, from: today.from, to: today.to };
  expect(engine.query("overview.reps", { span })).toMatchObject([
    {
      name: "Marek",
      planned: 2,
      done: 1,
      open: 0,
      pipeline: [{ currency: "EUR", amount: 9200 }],
      won: [{ amount: 100 }],
    },
  ]);
  const starts = [today.from - DAY, today.from, today.to];
  expect(engine.query("overview.daily", { starts, person: null })).toEqual([0, 1]);
  expect(engine.query("overview.visits", { ...today, limit: 9 })).toMatchObject([
    { id: id(202), personName: "Marek", customerName: "Nowak" },
  ]);
  expect(engine.query("overview.by_value", { seenSince: NOW - DAY })).toContainEqual({
    value_class: "vip",
    customers: 1,
    revenue_12m: 500,
    seen: 1,
  });
});

test("lists of people, territories, products and settings", () => {
  const { engine } = book();
  expect(engine.query("person.list", { limit: 9 })).toEqual([{ id: PERSON, name: "Marek", role: "rep", active: true }]);
  expect(engine.query("territory.list", { limit: 9 }).map(({ name, held }) => [name, held])).toEqual([
    ["North", false],
    ["South", true],
  ]);
  expect(engine.query("product.list", { search: "", offset: 0, limit: 9 }).map(({ name }) => name)).toEqual(["Shelf"]);
  expect(engine.query("product.list", { search: "shel", offset: 0, limit: 9 }).map(({ name }) => name)).toEqual([
    "Shelf",
  ]);
  expect(engine.query("setting.values", { name: "currency" })).toMatchObject([{ value: "EUR", root: "shared" }]);
});

test("what waits is grouped by record and named", () => {
  const device = book();
  device.save({ kind: "customer", id: C, root: C, v: { city: "a" } });
  device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
  device.save({ kind: "note", id: id(610), root: C, v: { ...own, written_at: NOW, body: "x" } });
  expect(device.engine.query("sync.waiting", { limit: 9 })).toMatchObject([
    { kind: "customer", label: "Nowak", edits: 2, isNew: false, since: NOW },
    { kind: "note", label: "Nowak", edits: 1, isNew: true },
  ]);
});

test("every query answers an empty store", () => {
  const { engine } = open();
  const parameters: { [N in QueryName]: object } = Object.fromEntries(
    Object.keys(QUERIES).map((name) => [
      name,
      {
        id: C,
        kind: "customer",
        refs: [{ kind: "customer", id: C }],
        customer: C,
        visit: C,
        person: PERSON,
        limit: 5,
        offset: 0,
        before: NOW,
        search: "x",
        subject: "customer",
        filter: { name: "all" },
        sort: "name",
        stage: "new",
        owner: null,
        group: "today",
        today: today.day,
        ...today,
        starts: [0, 1],
        span: { firstDay: "", lastDay: "", from: 0, to: 0 },
        ...{ firstDay: "", lastDay: "" },
        seenSince: 0,
        seenBefore: { vip: NOW, main: NOW, regular: NOW, small: NOW, "": NOW },
        since: 0,
        name: "x",
        ...{ city: "", phone: "", email: "", tax_number: "" },
        contact: NOW,
        root: C,
        box: { south: 0, west: 0, north: 1, east: 1 },
        ids: [C],
      },
    ]),
  ) as { [N in QueryName]: object };
  for (const name of Object.keys(QUERIES) as QueryName[]) {
    expect(() => engine.query(name, parameters[name] as never), name).not.toThrow();
  }
});

test("no query of a list looks at a whole table of children", () => {
  const { database } = book();
  const seen: string[] = [];
  const all = database.all.bind(database);
  const get = database.get.bind(database);
  database.all = ((sql: string, values: never[]) => {
    seen.push(sql);
    return all(sql, values);
  }) as typeof database.all;
  database.get = ((sql: string, values: never[]) => {
    seen.push(sql);
    return get(sql, values);
  }) as typeof database.get;
  const device = { engine: open(7, database).engine };
  seen.length = 0;
  device.engine.query("customer.timeline", { customer: C, before: NOW, limit: 9 });
  device.engine.query("customer.contacts", { customer: C, limit: 9 });
  device.engine.query("customer.one", { id: C });
  device.engine.query("customer.tasks", { customer: C, limit: 9 });
  device.engine.query("customer.visits", { customer: C, limit: 9 });
  device.engine.query("visit.open", { person: PERSON });
  device.engine.query("visit.attached", { id: id(200), root: C });
  device.engine.query("visit.missed", { person: PERSON, firstDay: "2026-11-07", today: today.day, limit: 9 });
  device.engine.query("tasks.counts", { person: PERSON, today: today.day });
  device.engine.query("deals.page", { stage: "new", owner: null, offset: 0, limit: 9 });
  device.engine.query("deals.discounts", { limit: 9 });
  device.engine.query("today.stops", { person: PERSON, ...today });
  device.engine.query("overview.visits", { ...today, limit: 9 });
  device.engine.query("tasks.page", { person: PERSON, group: "overdue", today: today.day, offset: 0, limit: 9 });
  device.engine.query("map.day", today);
  device.engine.query("map.points", { box: WORLD, owner: null, limit: 9 });
  device.engine.query("map.customers", { ids: [C], ...today });
  const seenBefore = { vip: NOW, main: NOW, regular: NOW, small: NOW, "": NOW };
  device.engine.query("plan.candidates", { person: PERSON, today: today.day, seenBefore, ...today });
  // "SCAN x" reads what the inner query found by an index, "j" and "json_each" what was asked for.
  const scans = [...new Set(seen)].flatMap((sql) => {
    const holes = new Set(sql.match(/\?\d*/g));
    const values = [...holes].map(() => null);
    return all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values)
      .filter(({ detail }) => /^SCAN (?!x$|(j|json_each) VIRTUAL)/.test(detail))
      .map(({ detail }) => `${detail}: ${sql}`);
  });
  expect(scans).toEqual([]);
});

test("repeating tasks that are done are found without reading those that do not repeat", () => {
  const { database } = book();
  const all = database.all.bind(database);
  const seen: string[] = [];
  database.all = ((sql: string, values: never[]) => {
    seen.push(sql);
    return all(sql, values);
  }) as typeof database.all;
  const device = { engine: open(7, database).engine };
  seen.length = 0;
  device.engine.query("tasks.ended", { person: PERSON, limit: 9 });
  const plan = seen.flatMap((sql) => all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, [PERSON, 9]));
  expect(plan.map(({ detail }) => detail).join()).toContain("task_repeat (person=? AND status=? AND repeat>?)");
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
  expect(ask("2027-02-26")).not.toContain(id(121));
});

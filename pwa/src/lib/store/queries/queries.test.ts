import { expect, test } from "vitest";
import { BUCKET, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";
import { book, C, DAY, own, today, WORLD } from "./book.ts";
import { FIRST } from "./first.ts";
import type { QueryName } from "./index.ts";
import { LATER } from "./later.ts";

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
});

test("still to come at a customer is what is planned from today on, and what is under way whenever it was planned", () => {
  const device = book();
  const visit = (number: number, planned_day: string | null, v: object = {}) =>
    row("visit", id(number), C, { ...own, status: "planned", planned_day, ...v });
  const left = ["09-01", "09-15", "10-01", "10-15", "11-01", "11-20"].map((day, at) => visit(290 + at, `2026-${day}`));
  const open = visit(297, "2026-11-20", { status: "open", checked_in_at: NOW });
  receive(device, { rows: { [BUCKET]: [...left, open, visit(296, "2026-11-30"), visit(298, null)] }, seq: 2 });
  const coming = (today: string) =>
    device.engine.query("customer.visits", { customer: C, today, limit: 5 }).map((one) => one.id);
  expect(coming(today.day)).toEqual([id(298), id(297), id(201), id(296)]);
  expect(coming("2026-11-22")).toEqual([id(298), id(297), id(296)]);
});

test("the visit that a person has planned at a customer for a day is found, and none that is made, cancelled or another's", () => {
  const day = "2026-11-24";
  const planned = (v: object) => {
    const device = book();
    const found = row("visit", id(290), C, { ...own, status: "planned", planned_day: day, ...v });
    receive(device, { rows: { [BUCKET]: [found] }, seq: 2 });
    return device.engine.query("visit.planned", { customer: C, person: PERSON, day })?.id ?? null;
  };
  expect([planned({}), planned({ status: "open", checked_in_at: NOW })]).toEqual([id(290), id(290)]);
  const others = [
    { planned_day: "2026-11-25" },
    { person: id(9) },
    { status: "done" },
    { status: "cancelled" },
    { deleted: true },
  ];
  expect(others.map(planned)).toEqual(others.map(() => null));
});

test("the timeline merges everything by time and goes on from where it stopped", () => {
  const { engine } = book();
  const all = engine.query("customer.timeline", { customer: C, before: NOW + DAY, limit: 50 });
  expect(all.map(({ kind }) => kind).slice(0, 5)).toEqual(["visit", "order", "deal", "task", "visit"]);
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

test("a visit that was cancelled, or not made, stands in the timeline on the day, or at the hour, for which it was planned", () => {
  const device = book();
  const cancelled = (number: number, v: object) => row("visit", id(number), C, { ...own, status: "cancelled", ...v });
  const at = Date.UTC(2026, 10, 19, 14);
  receive(device, {
    rows: {
      [BUCKET]: [
        cancelled(290, { planned_day: "2026-11-19", planned_at: at }),
        cancelled(291, { planned_day: "2026-11-18" }),
        row("visit", id(292), C, { ...own, status: "planned", planned_day: "2026-11-17" }),
        row("visit", id(293), C, { ...own, status: "planned", planned_day: "2026-11-22" }),
      ],
    },
    seq: 2,
  });
  const visits = (before: number, limit = 9) =>
    device.engine.query("customer.timeline", { customer: C, before, limit, only: "visit" }).map((entry) => entry.id);
  expect(visits(NOW + DAY)).toEqual([id(203), id(202), id(290), id(291), id(200)]);
  expect(visits(at)).toEqual([id(291), id(200)]);
  expect(visits(NOW + DAY, 3)).toEqual([id(203), id(202), id(290)]);
  const asked = { customer: C, before: NOW + DAY, limit: 9, only: "visit", today: today.day } as const;
  const missed = device.engine.query("customer.timeline", asked).filter(({ id: one }) => one >= id(290));
  expect(missed.map((entry) => entry.id)).toEqual([id(290), id(291), id(292)]);
  expect(missed[2]).toMatchObject({ status: "planned", planned_day: "2026-11-17" });
});

test("the timeline tells of a competitor noted outside a visit; one seen at a visit stands with it", () => {
  const device = book();
  const seen = { customer: C, person: PERSON, seen_at: NOW - 60_000, competitor: "Vita", name: "Tea", stock: "many" };
  receive(device, {
    rows: {
      [C]: [
        row("shelf_check", id(950), C, { ...seen, price: 1250, currency: "EUR" }),
        row("shelf_check", id(951), C, { ...seen, visit: id(200) }),
      ],
    },
  });
  const ask = { customer: C, before: NOW + DAY, limit: 50 };
  const checks = device.engine.query("customer.timeline", ask).filter(({ kind }) => kind === "shelf_check");
  expect(checks).toMatchObject([
    { id: id(950), name: "Vita · Tea", price: 1250, currency: "EUR", personName: "Marek" },
  ]);
  expect(device.engine.query("customer.timeline", { ...ask, only: "shelf_check" })).toEqual(checks);
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

test("a personal task that was given away stays in its owner's list: nobody else can see it", () => {
  const device = book();
  const OTHER = id(99);
  receive(device, { rows: { shared: [row("person", OTHER, "shared", { name: "Anna" })] } });
  const given = { title: "Own", person: OTHER, status: "open", due_day: today.day } as const;
  device.save({ kind: "task", id: id(660), root: PERSON, v: given });
  const page = (group: "today" | "done") =>
    device.engine
      .query("tasks.page", { person: PERSON, group, today: today.day, offset: 0, limit: 9 })
      .map(({ title, personName }) => `${title}, ${personName}`);
  expect(page("today")).toContain("Own, Anna");
  expect(device.engine.query("tasks.counts", { person: PERSON, today: today.day })).toMatchObject({ today: 2 });
  device.save({ kind: "task", id: id(660), root: PERSON, v: { status: "done", done_at: NOW } });
  expect(page("done")).toContain("Own, Anna");
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
  expect(engine.query("overview.by_value", { seenSince: NOW - DAY, owner: null })).toContainEqual({
    value_class: "vip",
    customers: 1,
    revenue_12m: 500,
    seen: 1,
  });
});

test("a visit under way counts as done when it ends", () => {
  const { engine } = book();
  const starts = [today.from, today.to];
  const visit = { kind: "visit", id: id(690), root: C } as const;
  engine.write([{ ...visit, v: { customer: C, person: PERSON, status: "open", checked_in_at: NOW } }], "1");
  expect(engine.query("overview.daily", { starts, person: null })).toEqual([1]);
  engine.write([{ ...visit, v: { status: "done", checked_out_at: NOW + 1 } }], "2");
  expect(engine.query("overview.daily", { starts, person: null })).toEqual([2]);
});

test("the manager sees one person's figures without those of the others", () => {
  const { engine } = book();
  const own = { seenSince: NOW - DAY, owner: PERSON };
  expect(engine.query("overview.by_value", own)).toEqual([
    { value_class: "vip", customers: 1, revenue_12m: 500, seen: 1 },
  ]);
  expect(engine.query("overview.by_value", { ...own, owner: id(999) })).toEqual([]);
  const classes = (owner: string | null) =>
    engine.query("overview.figures", { owner }).map(({ value_class }) => value_class);
  expect(classes(PERSON)).toEqual(["vip"]);
  expect(classes(null).length).toBeGreaterThan(1);
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
  expect(engine.query("setting.list", { limit: 9 })).toMatchObject([{ name: "currency", value: "EUR" }]);
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
    Object.keys({ ...FIRST, ...LATER }).map((name) => [
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
        days: [],
        seenSince: 0,
        seenBefore: { vip: NOW, main: NOW, regular: NOW, small: NOW, "": NOW },
        since: 0,
        name: "x",
        ...{ city: "", phone: "", email: "", tax_number: "" },
        contact: NOW,
        root: C,
        box: { south: 0, west: 0, north: 1, east: 1 },
        ids: [C],
        field: C,
        ...{ customers: [C], visits: [C] },
      },
    ]),
  ) as { [N in QueryName]: object };
  for (const name of Object.keys({ ...FIRST, ...LATER }) as QueryName[]) {
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
  device.engine.query("customer.visits", { customer: C, today: today.day, limit: 9 });
  device.engine.query("visit.planned", { customer: C, person: PERSON, day: today.day });
  device.engine.query("visit.taken_over", { customer: C, person: PERSON, days: [today] });
  device.engine.query("visit.open", { person: PERSON });
  device.engine.query("visit.attached", { id: id(200), root: C });
  device.engine.query("visit.missed", { person: PERSON, today: today.day, days: [today], limit: 9 });
  device.engine.query("order.drafts", { person: PERSON, limit: 9 });
  device.engine.query("visit.closed_by", { id: id(202) });
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

import { describe, expect, test } from "vitest";
import { BELOW, removeBelow } from "./below.ts";
import {
  BUCKET,
  customerRow,
  type Fixture,
  GRANTS,
  id,
  NOW,
  open,
  PERSON,
  receive,
  row,
  shown,
  sumsOf,
} from "./fixtures.ts";
import { book, C, DAY, own, today } from "./queries/book.ts";

const gone = (deleted: boolean | null) => ({ kind: "customer", id: C, root: C, v: { deleted } }) as const;

/** What lists and sums say of the book's busy customer, in numbers. */
function seen({ engine }: Fixture) {
  const tasks = (group: "overdue" | "today" | "later" | "done") =>
    engine.query("tasks.page", { person: PERSON, group, today: today.day, offset: 0, limit: 9 }).length;
  const span = { firstDay: today.day, lastDay: today.day, from: today.from, to: today.to };
  const deals = engine.query("deals.totals", { owner: null, today: today.day });
  return {
    stops: engine.query("today.stops", { person: PERSON, ...today }).length,
    tasks: [tasks("overdue"), tasks("today"), tasks("later"), tasks("done")],
    counts: Object.values(engine.query("tasks.counts", { person: PERSON, today: today.day })),
    deals: deals.reduce((sum, { amount }) => sum + (amount ?? 0), 0),
    map: engine.query("map.day", today).length,
    done: engine.query("overview.daily", { starts: [today.from, today.to], person: null })[0],
    pipeline: engine.query("overview.reps", { span }).flatMap(({ pipeline }) => pipeline.map(({ amount }) => amount)),
    visits: engine.query("overview.visits", { from: today.from, to: today.to, limit: 9 }).length,
    found: ["Autumn", "Quote", "likes tea"].map(
      (search) => engine.query("everything.search", { search, limit: 9 }).length,
    ),
    visit: engine.query("visit.one", { id: id(201) }) !== null,
  };
}

const ALL = {
  stops: 2,
  tasks: [1, 1, 1, 1],
  counts: [1, 1, 1],
  deals: 9300,
  map: 2,
  done: 1,
  pipeline: [9200],
  visits: 1,
  found: [1, 1, 1],
  visit: true,
};
const NONE = {
  stops: 0,
  tasks: [0, 0, 0, 0],
  counts: [0, 0, 0],
  deals: 0,
  map: 0,
  done: 0,
  pipeline: [],
  visits: 0,
  found: [0, 0, 0],
  visit: false,
};

describe("what hangs on a deleted customer", () => {
  test("is gone from every list and sum with him, and comes back with him, by one edit each", () => {
    const device = book();
    expect(seen(device)).toEqual(ALL);
    const before = device.engine.query("customer.one", { id: C });
    expect(device.save(gone(true))).toHaveLength(1);
    expect(seen(device)).toEqual(NONE);
    expect(device.save(gone(null))).toHaveLength(1);
    expect(seen(device)).toEqual(ALL);
    expect(device.engine.query("customer.one", { id: C })).toEqual({ ...before, customer: expect.anything() });
  });

  test("tells the screens that show it", () => {
    const device = book();
    const told: string[][] = [];
    device.engine.onChange((topics) => told.push([...topics]));
    device.save(gone(true));
    expect(told.at(-1)).toEqual(
      expect.arrayContaining(["customer", "visit", "task", "deal", "contact", "order", "note"]),
    );
  });

  test("goes and comes with what another device says, whichever is read first", () => {
    const device = book();
    receive(device, {
      rows: { [BUCKET]: [row("task", id(660), C, { ...own, title: "New", status: "open" }, 10)] },
      seq: 2,
    });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { name: "Nowak", deleted: true }, 20)] }, seq: 3 });
    expect(seen(device)).toEqual(NONE);
    // What somebody wrote meanwhile, and did not know of it.
    receive(device, {
      rows: { [BUCKET]: [row("task", id(661), C, { ...own, title: "Late", status: "open" }, 30)] },
      seq: 4,
    });
    expect(seen(device)).toEqual(NONE);
    receive(device, { rows: { [BUCKET]: [customerRow(100, { name: "Nowak", deleted: false }, 40)] }, seq: 5 });
    expect(seen(device).counts).toEqual([1, 1, 3]);
  });

  test("is gone when the first load brings both, and after the tables were made anew", () => {
    const device = open();
    const rows = [
      row("visit", id(200), C, { ...own, status: "planned", planned_day: today.day }),
      customerRow(100, { deleted: true }),
      row("visit", id(201), id(101), { ...own, customer: id(101), status: "planned", planned_day: today.day }),
      customerRow(101),
    ];
    receive(device, { rows: { [BUCKET]: rows } });
    const stops = ({ engine }: Fixture) =>
      engine.query("today.stops", { person: PERSON, ...today }).map((stop) => stop.id);
    expect(stops(device)).toEqual([id(201)]);
    device.database.run("UPDATE meta SET value = '' WHERE name = 'schema'");
    expect(stops(open(7, device.database))).toEqual([id(201)]);
  });

  test("is found by indexes, however much there is of others", () => {
    const device = book();
    const { database } = device;
    const run = database.run.bind(database);
    const seen = new Set<string>();
    database.run = (sql, values) => {
      seen.add(sql);
      return run(sql, values);
    };
    device.save(gone(true));
    removeBelow(database);
    const updates = [...seen].filter((sql) => /^UPDATE "\w+_row" SET deleted/.test(sql));
    expect(updates).toHaveLength(2 * BELOW.length);
    const plans = updates.flatMap((sql) =>
      database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, sql.includes("?") ? ["[]"] : []),
    );
    const scans = plans.map(({ detail }) => detail).filter((detail) => detail.startsWith("SCAN"));
    expect(new Set(scans)).toEqual(
      new Set(["SCAN json_each VIRTUAL TABLE INDEX 1:", "SCAN customer_row USING COVERING INDEX customer_removed"]),
    );
  });

  test("was deleted by itself before: that stays so", () => {
    const device = book();
    device.save({ kind: "task", id: id(650), root: C, v: { deleted: true } });
    device.save(gone(true));
    device.save(gone(false));
    expect(seen(device).counts).toEqual([0, 1, 1]);
  });

  test("is shown where the customer is merely not on this device", () => {
    const device = book();
    const lent = row("task", id(660), id(999), { person: PERSON, customer: id(999), title: "Lent", status: "open" });
    receive(device, { rows: { [`u:${PERSON}`]: [lent] }, seq: 2 });
    expect(seen(device).counts).toEqual([1, 1, 2]);
  });

  test("is shown again where the deleted customer is taken from the device, and an edit of it waits", () => {
    const device = book();
    device.save({ kind: "task", id: id(651), root: C, v: { title: "Written here" } });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { deleted: true }, 20)] }, seq: 2 });
    expect(seen(device)).toEqual(NONE);
    receive(device, { grants: GRANTS.filter((bucket) => bucket !== BUCKET), seq: 3 });
    expect(seen(device).counts).toEqual([0, 1, 0]);
  });

  test("keeps what is confirmed of it, and its bytes wait on", () => {
    const device = book();
    device.save({
      kind: "file",
      id: id(900),
      root: C,
      v: { ...own, type: "photo", digest: "0".repeat(64), media_type: "image/jpeg", size: 1, taken_at: NOW },
    });
    device.save(gone(true));
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
    expect(shown(device, "visit", id(201))).not.toHaveProperty("deleted");
    expect(device.engine.fileRecord(id(900))).toMatchObject({ deleted: false });
  });

  test("is refused where it is new; what is there already takes its last words", () => {
    const device = book();
    device.save(gone(true));
    const visit = { kind: "visit", id: id(299), root: C, v: { ...own, status: "open", checked_in_at: NOW } } as const;
    expect(device.engine.write([visit], "1")).toEqual({
      saved: false,
      problems: [{ code: "customer_removed", kind: "visit", id: id(299), field: "" }],
    });
    device.save({ kind: "visit", id: id(202), root: C, v: { note: "typed as he went" } });
    device.save(gone(null), visit);
    expect(seen(device).stops).toBe(3);
    expect(device.engine.query("visit.one", { id: id(202) })?.visit.note).toBe("typed as he went");
  });

  test("says with whom it is gone, and who it is that was deleted", () => {
    const device = book();
    const removed = (kind: "visit" | "customer" | "product", record: string) =>
      device.engine.query("record.removed", { kind, id: record });
    expect([removed("visit", id(201)), removed("customer", C)]).toEqual([null, null]);
    device.save(gone(true));
    const customer = { id: C, root: C, name: "Nowak" };
    expect([removed("visit", id(201)), removed("customer", C)]).toEqual([customer, customer]);
    expect([removed("visit", id(999)), removed("product", id(700))]).toEqual([null, null]);
  });

  test("has its last visit again", () => {
    const device = book();
    device.save(gone(true));
    device.save({ kind: "visit", id: id(202), root: C, v: { deleted: true } });
    device.save(gone(null));
    expect(device.engine.query("customer.one", { id: C })?.lastVisitAt).toBe(NOW - 38 * DAY);
  });
});

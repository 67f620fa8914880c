import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, dump, GRANTS, id, NOW, open, PERSON, receive, row, shown } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const V = id(200);
const visit = (v: object) => ({ kind: "visit", id: V, root: C, v }) as const;

describe("rows", () => {
  test("a row from the server lies under the device's own unsent edits", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a", street: "s" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "theirs", street: "new" }, -500)] }, seq: 2 });
    expect(shown(device, "customer", C)).toMatchObject({ city: "mine", street: "new" });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "rejected", code: "wrong_type" }], seq: 3 });
    expect(shown(device, "customer", C)).toMatchObject({ city: "theirs", street: "new" });
  });

  test("an overtaken page of a bucket is not applied", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "new" })] }, seq: 9 });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "old" })] }, seq: 4 });
    expect(shown(device, "customer", C)?.city).toBe("new");
    expect(device.engine.cursors()[BUCKET]).toEqual([1, 9]);
  });

  test("a moved aggregate stays or goes alike in whichever order the two buckets come", () => {
    const other = `t:${id(3)}`;
    const grants = [...GRANTS, other];
    const left = { [BUCKET]: [{ k: "moved", i: C, r: C, h: 1 }] };
    const arrived = {
      [other]: [
        customerRow(100, { territory: id(3) }, -500, 1),
        row("visit", V, C, { customer: C, person: PERSON, status: "done" }, -500, 1),
      ],
    };
    for (const pages of [
      [left, arrived],
      [arrived, left],
    ]) {
      const device = open();
      const old = row("visit", V, C, { customer: C, person: PERSON, status: "done" });
      receive(device, { rows: { [BUCKET]: [customerRow(100), old] }, grants });
      for (const [at, rows] of pages.entries()) receive(device, { rows, grants, seq: 2 + at });
      expect(shown(device, "customer", C)).toMatchObject({ territory: id(3) });
      expect(device.database.all("SELECT bucket, home FROM visit")).toEqual([{ bucket: other, home: 1 }]);
    }
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    receive(device, { rows: left, seq: 2 });
    expect(shown(device, "customer", C)).toBeUndefined();
  });

  test("a revoked bucket goes, except what the server does not have yet, and that goes with its verdict", () => {
    const device = open();
    const D = id(101);
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(101)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    const grants = GRANTS.filter((bucket) => bucket !== BUCKET);
    receive(device, { grants, seq: 2 });
    expect(shown(device, "customer", D)).toBeUndefined();
    expect(shown(device, "customer", C)?.city).toBe("unsent");
    // It still says that it held the bucket, or what waits would be refused instead of kept.
    expect(device.engine.cursors()[BUCKET]).toEqual([1, 0]);
    receive(device, { grants, pushed: 1, verdicts: [{ n: 1, verdict: "held", code: "forbidden" }], seq: 3 });
    expect(shown(device, "customer", C)).toBeUndefined();
    expect(device.engine.cursors()[BUCKET]).toBeUndefined();
    expect(device.engine.attention).toBe(1);
  });

  test("a bucket that is granted again while an edit waits is read from its beginning", () => {
    const device = open();
    const D = id(101);
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(101)] }, seq: 9 });
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, { grants: GRANTS.filter((bucket) => bucket !== BUCKET), seq: 9 });
    expect(device.engine.request({}).cursors?.[BUCKET]).toEqual([1, 0]);
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(101)] }, seq: 9 });
    expect(shown(device, "customer", D)?.name).toBe("Customer 101");
    expect(shown(device, "customer", C)?.city).toBe("unsent");
    expect(device.engine.cursors()[BUCKET]).toEqual([1, 9]);
  });

  test("a reset bucket is read again although its numbers are lower", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] }, seq: 9 });
    receive(device, {
      rows: { [BUCKET]: [customerRow(100, { city: "b" })] },
      seq: 2,
      control: [{ control: "reset", bucket: BUCKET }],
    });
    expect(shown(device, "customer", C)?.city).toBe("b");
    expect(device.engine.cursors()[BUCKET]).toEqual([1, 2]);
  });

  test("an unknown kind and an unknown field of a newer schema do no harm", () => {
    const device = open();
    const strange = row("spaceship", id(500), id(500), { name: "x" });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { mood: "good" }), strange] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    expect(shown(device, "customer", C)).toMatchObject({ mood: "good", city: "b" });
  });

  test("a crash between two pages leaves the device where the first one brought it", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, seq: 1, complete: [], more: true });
    const before = dump(device.database);
    const run = device.database.run.bind(device.database);
    device.database.run = (sql, parameters) => {
      if (sql.includes("UPDATE cursor")) throw new Error("killed");
      return run(sql, parameters);
    };
    expect(() => receive(device, { rows: { [BUCKET]: [customerRow(101)] }, seq: 2 })).toThrow("killed");
    device.database.run = run;
    expect(dump(device.database)).toBe(before);
  });
});

describe("derived values", () => {
  const lastVisit = (device: ReturnType<typeof open>) =>
    device.database.get<{ at: number | null }>("SELECT last_visit_at AS at FROM customer WHERE id = ?", [C])?.at;
  const done = (number: number, checked_in_at: number, v: object = {}) =>
    row("visit", id(number), C, { customer: C, person: PERSON, status: "done", checked_in_at, ...v });

  test("the last visit follows visits that come, change and go, by sync and by hand", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [done(201, NOW - 5000), customerRow(100)] }, complete: [] });
    receive(device, {});
    expect(lastVisit(device)).toBe(NOW - 5000);
    receive(device, { rows: { [BUCKET]: [done(202, NOW - 1000)] }, seq: 2 });
    expect(lastVisit(device)).toBe(NOW - 1000);
    receive(device, { rows: { [BUCKET]: [done(202, NOW - 1000, { deleted: true })] }, seq: 3 });
    expect(lastVisit(device)).toBe(NOW - 5000);
    device.save(visit({ customer: C, person: PERSON, status: "open", checked_in_at: NOW }));
    expect(lastVisit(device)).toBe(NOW);
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "rejected", code: "forbidden" }], seq: 4 });
    expect(lastVisit(device)).toBe(NOW - 5000);
  });

  test("a customer that comes after its visits knows the last one", () => {
    const device = open();
    receive(device, {});
    receive(device, { rows: { [BUCKET]: [done(201, NOW - 5000)] }, seq: 2 });
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, seq: 3 });
    expect(lastVisit(device)).toBe(NOW - 5000);
  });

  test("another schema fills the columns again from the documents and keeps the outbox", () => {
    const database = new NodeDatabase();
    const device = open(7, database);
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" }), done(201, NOW - 5000)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    database.exec(
      "UPDATE meta SET value = 'older' WHERE name = 'schema'; UPDATE customer_row SET city = NULL, last_visit_at = NULL",
    );
    const again = open(7, database);
    expect(database.get("SELECT city, last_visit_at FROM customer")).toEqual({ city: "b", last_visit_at: NOW - 5000 });
    expect(again.engine.waiting).toBe(1);
    expect(
      again.engine.query("customers.page", {
        search: "ustomer 1",
        filter: { name: "all" },
        sort: "name",
        offset: 0,
        limit: 9,
      }).rows,
    ).toHaveLength(1);
  });

  test("indexes that a crash left half made are made again, and find what came in between", () => {
    const database = new NodeDatabase();
    const device = open(7, database);
    const exec = database.exec.bind(database);
    database.exec = (sql) => {
      if (sql.includes("contact_grams")) throw new Error("killed");
      exec(sql);
    };
    expect(() => receive(device, { rows: { [BUCKET]: [customerRow(100, { name: "Nowak" })] } })).toThrow("killed");
    database.exec = exec;
    device.save({ kind: "customer", id: C, root: C, v: { name: "Kowal" } });
    const again = open(7, database);
    expect(again.engine.phase.name).toBe("ready");
    const found = (search: string) =>
      again.engine.query("customers.page", { search, filter: { name: "all" }, sort: "name", offset: 0, limit: 9 }).rows
        .length;
    expect([found("kowal"), found("wa"), found("nowak")]).toEqual([1, 1, 0]);
  });

  test("what is granted after the first load is told to be arriving until it is there, while the store stays ready", () => {
    const device = open();
    expect(device.engine.arriving).toBeNull();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    expect([device.engine.phase.name, device.engine.arriving]).toEqual(["ready", null]);
    const other = `t:${id(99)}`;
    const grants = [...GRANTS, other];
    receive(device, { grants, rows: { [other]: [customerRow(200)] }, complete: GRANTS, cursors: { [other]: [1, 2] } });
    expect([device.engine.phase.name, device.engine.arriving]).toEqual(["ready", { complete: 3, granted: 4 }]);
    receive(device, { grants, complete: [other], cursors: { [other]: [1, 5] } });
    expect(device.engine.arriving).toBeNull();
  });

  test("a store of a newer version of the app is left alone", () => {
    const database = new NodeDatabase();
    open(7, database);
    database.exec("PRAGMA user_version = 99");
    expect(() => open(7, database)).toThrow("newer_version");
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { ACCOUNT, BUCKET, customerRow, id, open, PERSON, receive, StillWorld, shown, sumsOf } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";
import { Queries } from "./queries/index.ts";
import { LATER } from "./queries/later.ts";
import { STORE_VERSION } from "./tables.ts";

/** A device's database as the released app of version 1 left it: read, indexed, with verdicts taken and five edits waiting. */
const VERSION_1 = readFileSync(new URL("../../../../tests/compat/device-1.sql", import.meta.url), "utf8");

const folder = mkdtempSync(join(tmpdir(), "routebook-device-"));
let made = 0;
afterAll(() => rmSync(folder, { recursive: true }));

function released(): NodeDatabase {
  made += 1;
  const path = join(folder, `${made}.sqlite3`);
  const connection = new DatabaseSync(path);
  connection.enableDefensive(false); // The inner tables of full text are filled as they were.
  connection.exec(`PRAGMA synchronous = OFF; BEGIN; ${VERSION_1} COMMIT;`);
  connection.close();
  const database = new NodeDatabase(path);
  database.exec("PRAGMA synchronous = OFF");
  return database;
}

const found = ({ engine }: ReturnType<typeof open>, search: string) =>
  engine.query("customers.page", { search, filter: { name: "all" }, sort: "name", offset: 0, limit: 9 }).rows.length;

describe("a database of version 1", () => {
  test("shows what it showed", () => {
    const device = open(7, released());
    expect(device.database.get("PRAGMA user_version")).toEqual({ user_version: STORE_VERSION });
    expect(device.engine.phase).toEqual({ name: "ready" });
    expect(shown(device, "customer", id(100))).toMatchObject({ city: "Warszawa", street: "Długa 1" });
    expect(device.engine.query("customer.one", { id: id(100) })?.customer.tags).toEqual(["cash", "chain"]);
    expect(device.engine.query("visit.one", { id: id(202) })?.visit.comments?.map(({ text }) => text)).toEqual([
      "here",
    ]);
    expect(device.engine.query("task.one", { id: id(40) })?.task.snoozes).toBe(1);
    expect([found(device, "customer 10"), found(device, "esh"), found(device, "gone")]).toEqual([4, 1, 0]);
  });

  test("keeps what waits, what needs a look and what was sent", () => {
    const { engine } = open(7, released());
    expect(engine.unsent().map(({ n, kind, v }) => [n, kind, Object.keys(v)[0]])).toEqual([
      [4, "customer", "city"],
      [5, "customer", "street"],
      [6, "visit", "customer"],
      [7, "customer", "name"],
      [8, "task", "snoozes"],
    ]);
    expect(engine.query("attention.list", { limit: 9 }).map(({ verdict, field }) => [verdict, field])).toEqual([
      ["rejected", "street"],
      ["conflict", "city"],
    ]);
    expect(engine.query("sync.sent", { limit: 9 }).map(({ n, verdict }) => [n, verdict])).toEqual([
      [3, "rejected"],
      [2, "conflict"],
      [1, "applied"],
    ]);
    expect(engine.request({})).toMatchObject({ ack: 3, verify: true, cursors: { [BUCKET]: [1, 14] } });
  });

  test("gets the checksum of every row, of those under unsent edits that of the confirmed state", () => {
    const device = open(7, released());
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
    // The new customer and the new visit are not the server's yet.
    expect(running[BUCKET]?.[1]).toBe(8);
    receive(device, { pushed: 8, seq: 20 });
    expect(sumsOf(device).running[BUCKET]?.[1]).toBe(10);
    expect(device.engine.waiting).toBe(0);
  });

  test("goes on from a crash in the middle of its migration", () => {
    for (const part of ["ALTER TABLE cursor", "CREATE TABLE stranger", "old_doc", "INSERT INTO meta"]) {
      const database = released();
      const [exec, run] = [database.exec.bind(database), database.run.bind(database)];
      const fail = (sql: string) => {
        if (sql.includes(part)) throw new Error("killed");
      };
      database.exec = (sql) => {
        fail(sql);
        exec(sql);
      };
      database.run = (sql, parameters) => {
        fail(sql);
        return run(sql, parameters);
      };
      expect(() => open(7, database)).toThrow("killed");
      Object.assign(database, { exec, run });
      const device = open(7, database);
      expect(device.engine.waiting).toBe(5);
      const { running, real } = sumsOf(device);
      expect(running).toEqual(real);
    }
  });

  test("of which a manager saw more than a rep may is mended by the checksum of what he may see", () => {
    const device = open(7, released());
    expect(device.engine.request({}).view).toBeUndefined();
    receive(device, { view: "rep", sums: { [BUCKET]: [1, 8] }, seq: 14 });
    expect(device.engine.isSuspect).toBe(true);
  });
});

test("a database of version 2 keeps what waits", () => {
  const device = open(7);
  receive(device, { rows: { [BUCKET]: [customerRow(100)] }, seq: 1 });
  device.engine.write([{ kind: "customer", id: id(100), root: id(100), v: { city: "Hel" } }], "1", false);
  device.database.exec("ALTER TABLE outbox DROP COLUMN counted; PRAGMA user_version = 2");
  const again = open(7, device.database);
  expect(device.database.get("PRAGMA user_version")).toEqual({ user_version: STORE_VERSION });
  expect(again.engine.unsent().map(({ n, v }) => [n, v])).toEqual([[1, { city: "Hel" }]]);
});

test("a store of the present version is opened as it is", () => {
  const database = new NodeDatabase();
  const first = new Engine(database, ACCOUNT, new StillWorld(), Queries.all(LATER));
  const before = first.request({});
  expect(new Engine(database, ACCOUNT, new StillWorld(), Queries.all(LATER)).request({})).toEqual(before);
  expect(PERSON).toBe(ACCOUNT.person);
});

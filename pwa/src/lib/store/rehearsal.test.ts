import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const V = id(200);
const visit = { customer: C, person: PERSON, status: "planned", planned_day: "2026-11-28" };

/** Everything that a store holds, table by table. */
function dump(database: NodeDatabase): string {
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
  );
  return JSON.stringify(tables.map(({ name }) => [name, database.all(`SELECT * FROM "${name}"`)]));
}

function filled(database = new NodeDatabase()) {
  const device = open(7, database);
  receive(device, {
    rows: { [BUCKET]: [customerRow(100), row("visit", V, C, visit)] },
    complete: [BUCKET, "shared", `u:${PERSON}`],
  });
  while (device.engine.workOff() === "soon");
  return { device, database };
}

test("a rehearsed check-in leaves nothing behind, and nobody hears of it", () => {
  const { device, database } = filled();
  const told: string[] = [];
  device.engine.onChange((topics) => told.push(...topics));
  const before = dump(database);
  device.engine.rehearse();
  expect(dump(database)).toBe(before);
  expect(told).toEqual([]);
  expect(device.engine.waiting).toBe(0);
});

test("what is rehearsed is a check-in: its statements are known by then", () => {
  const asked = new Set<string>();
  class Listening extends NodeDatabase {
    override run(...given: Parameters<NodeDatabase["run"]>): number {
      asked.add(given[0]);
      return super.run(...given);
    }
  }
  const { device } = filled(new Listening());
  asked.clear();
  device.engine.rehearse();
  const rehearsed = new Set(asked);
  asked.clear();
  const v = { status: "open", checked_in_at: NOW, presence: "unknown" } as const;
  expect(device.engine.write([{ kind: "visit", id: V, root: C, v }], "k").saved).toBe(true);
  expect([...asked].filter((sql) => !rehearsed.has(sql))).toEqual([]);
  expect(asked.size).toBeGreaterThan(5);
});

test("nothing is rehearsed before the first load is there, nor where there is no visit", () => {
  const device = open();
  device.engine.rehearse();
  receive(device, { rows: { [BUCKET]: [customerRow(100)] }, complete: [BUCKET, "shared", `u:${PERSON}`] });
  device.engine.rehearse();
  expect(device.engine.waiting).toBe(0);
});

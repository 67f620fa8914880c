/** What an edit costs does not grow with what is held: no statement on its way scans a table that grows. */
import { expect, test } from "vitest";
import type { SqlValue } from "./database.ts";
import { customerRow, id, open, type open as openFixture, PERSON, receive, row, stamp } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const BUCKET = `t:${id(2)}`;

/** Remembers every statement that it ran. */
class NotingDatabase extends NodeDatabase {
  readonly noted = new Set<string>();

  override all<T>(sql: string, parameters: readonly SqlValue[] = []): T[] {
    this.noted.add(sql);
    return super.all(sql, parameters);
  }

  override get<T>(sql: string, parameters: readonly SqlValue[] = []): T | undefined {
    this.noted.add(sql);
    return super.get(sql, parameters);
  }

  override run(sql: string, parameters: readonly SqlValue[] = []): number {
    this.noted.add(sql);
    return super.run(sql, parameters);
  }

  /** The steps of the noted statements that read a whole table; what is made of a parameter is none. */
  scans(): string[] {
    const found: string[] = [];
    for (const sql of this.noted) {
      if (!/^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(sql)) continue;
      for (const { detail } of super.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)) {
        if (/^SCAN /.test(detail) && !FEW.test(detail)) found.push(`${detail}: ${sql.replaceAll(/\s+/g, " ")}`);
      }
    }
    return found;
  }
}

/**
 * What may be read whole: one row for each bucket, lists from a parameter, the end of a list by its key (a LIMIT that a plan does not
 * show), and rows of kinds that this version does not know, of which there are none while it is up to date.
 */
const FEW = /^SCAN (cursor|total|json_each|g|CONSTANT ROW)/;
const BOUNDED = /FROM stranger|LIMIT [\d?]|max\(n\)|min\(n\)/;

function filled(): ReturnType<typeof openFixture> & { readonly database: NotingDatabase } {
  const database = new NotingDatabase();
  const fixture = open(7, database);
  const rows = Array.from({ length: 50 }, (_, at) => customerRow(100 + at));
  const visits = Array.from({ length: 50 }, (_, at) =>
    row("visit", id(500 + at), id(100 + at), {
      customer: id(100 + at),
      person: PERSON,
      status: "done",
      checked_in_at: at,
    }),
  );
  receive(fixture, { rows: { [BUCKET]: [...rows, ...visits] }, seq: 100 });
  while (fixture.engine.workOff() === "soon");
  database.noted.clear();
  return { ...fixture, database };
}

test("an edit's whole way, and a row's, scan nothing that grows", () => {
  const fixture = filled();
  const { engine, database, save } = fixture;
  const customer = id(120);
  save({ kind: "customer", id: customer, root: customer, v: { description: "one" } });
  save({ kind: "visit", id: id(900), root: customer, v: { customer, person: PERSON, status: "open" } });
  engine.request({});
  expect([engine.waiting, engine.attention, engine.phase.name, engine.lock]).toEqual([2, 0, "ready", null]);
  // The first is taken, the other waits on; a row of each kind comes, one under what waits, and an aggregate leaves.
  const moved = { k: "moved", i: id(130), r: id(130), h: 2, v: {}, s: {} };
  receive(fixture, {
    pushed: 1,
    seq: 104,
    rows: { [BUCKET]: [customerRow(140, { city: "Łódź" }, 5), customerRow(120, { city: "Gdańsk" }, 5), moved] },
  });
  save({ kind: "customer", id: customer, root: customer, v: { description: "two" } });
  receive(fixture, {
    pushed: 3,
    seq: 105,
    verdicts: [
      { n: 2, verdict: "rejected", code: "forbidden" },
      { n: 3, verdict: "conflict", field: "description", losers: [{ field: "description", value: "x", at: stamp(9) }] },
    ],
  });
  expect([engine.waiting, engine.attention]).toEqual([0, 2]);
  const scans = database.scans().filter((scan) => !BOUNDED.test(scan));
  // Counted when it has changed, and never more than people leave undone.
  expect(scans.filter((scan) => !scan.includes("FROM attention"))).toEqual([]);
});

test("what waits is counted by its numbers", () => {
  const { engine, save } = open();
  expect(engine.waiting).toBe(0);
  for (let at = 0; at < 5; at += 1)
    save({ kind: "task", id: id(300 + at), root: PERSON, v: { title: "x", person: PERSON, status: "open" } });
  expect(engine.waiting).toBe(5);
  engine.renumber(9);
  expect(engine.waiting).toBe(5);
});

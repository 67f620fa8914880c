import { describe, expect, test } from "vitest";
import { addTo, append, plus, removeFrom } from "./change.ts";
import type { SqlValue } from "./database.ts";
import {
  ACCOUNT,
  BUCKET,
  customerRow,
  dump,
  id,
  NOW,
  open,
  PERSON,
  receive,
  row,
  Shelf,
  shown,
  stamp,
  TERRITORY,
} from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const V = id(200);
const visit = (v: object) => ({ kind: "visit", id: V, root: C, v }) as const;

describe("writing", () => {
  test("a saved change shows at once and waits to be sent with the stamp that it overwrote", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "Lodz" })] } });
    const edits = device.save({ kind: "customer", id: C, root: C, v: { city: "Łódź" } });
    expect(edits).toEqual([1]);
    expect(shown(device, "customer", C)).toMatchObject({ name: "Customer 100", city: "Łódź" });
    const [edit] = device.engine.unsent();
    expect(edit).toMatchObject({ n: 1, kind: "customer", id: C, v: { city: "Łódź" }, base: { city: stamp(-1000) } });
    expect(device.engine.waiting).toBe(1);
  });

  test("the same request key again gives the same answer and writes nothing", () => {
    const { engine } = open();
    const change = { kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } } as const;
    expect(engine.write([change], "k")).toEqual({ saved: true, edits: [1] });
    expect(engine.write([change], "k")).toEqual({ saved: true, edits: [1] });
    expect(engine.waiting).toBe(1);
  });

  test("sets, counters and logs are written as instructions and read as values", () => {
    const device = open();
    device.save({
      kind: "customer",
      id: C,
      root: C,
      v: { name: "A", territory: TERRITORY, tags: addTo("cash", "chain") },
    });
    device.save({ kind: "customer", id: C, root: C, v: { tags: removeFrom("cash") } });
    const task = { kind: "task", id: id(300), root: C } as const;
    device.save({ ...task, v: { title: "Call", person: PERSON, customer: C, status: "open", snoozes: plus(2) } });
    device.save({ ...task, v: { snoozes: plus(-1) } });
    device.save(visit({ customer: C, person: PERSON, status: "open", checked_in_at: NOW, comments: append("first") }));
    device.world.ms += 5;
    device.save(visit({ comments: append("second") }));
    expect(device.engine.query("customer.one", { id: C })?.customer.tags).toEqual(["chain"]);
    expect(device.engine.query("task.one", { id: id(300) })?.task.snoozes).toBe(1);
    const comments = device.engine.query("visit.one", { id: V })?.visit.comments;
    expect(comments?.map(({ text, at }) => [text, at])).toEqual([
      ["first", NOW],
      ["second", NOW + 5],
    ]);
  });

  test("a refused change names every reason and leaves nothing behind", () => {
    const { engine } = open();
    const refused = engine.write(
      [
        { kind: "customer", id: C, root: C, v: { name: "x".repeat(201), phase: "loyal", latitude: 91_000_000 } },
        visit({ customer: C, person: PERSON, status: "open", outcome: "great" as never, colour: 1 }),
      ],
      "k",
    );
    expect(refused.saved).toBe(false);
    const codes = refused.saved ? [] : refused.problems.map(({ code, field }) => `${field} ${code}`);
    expect(codes.sort()).toEqual([
      "colour unknown_field",
      "latitude too_great",
      "name too_long",
      "outcome not_a_choice",
      "phase forbidden_field",
      "territory missing_field",
    ]);
    expect(engine.waiting).toBe(0);
  });

  test.each([
    ["signature", "M1 1"],
    ["signature", "<path>"],
    ["signature", "M1 1l2 2\n"],
    ["planned_day", "21.11.2026"],
  ])("a text that its field's pattern does not allow is refused: %s %j", (field, value) => {
    const { engine } = open();
    const refused = engine.write([visit({ customer: C, person: PERSON, status: "open", [field]: value })], "k");
    expect(refused).toMatchObject({ saved: false, problems: [{ code: "wrong_type", field }] });
  });

  test("a record keeps its root", () => {
    const { engine, save } = open();
    save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    save(visit({ customer: C, person: PERSON, status: "open" }));
    const moved = engine.write([{ kind: "visit", id: V, root: id(101), v: { status: "done" } }], "k");
    expect(moved).toMatchObject({ saved: false, problems: [{ code: "foreign_root" }] });
  });

  test("stamps rise although the clock runs backwards, and exceed what they overwrite", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" }, 60_000)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    device.world.ms -= 3_600_000;
    device.save({ kind: "customer", id: C, root: C, v: { city: "c" } });
    const [first, second] = device.engine.unsent().map(({ at }) => at);
    expect(stamp(60_000) < (first ?? "") && (first ?? "") < (second ?? "")).toBe(true);
    expect(shown(device, "customer", C)?.city).toBe("c");
  });

  test("stamps follow the server's clock where the device's own is wrong", () => {
    const device = open();
    device.world.ms = NOW - 86_400_000;
    receive(device, {});
    device.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    expect(device.engine.clockOffset).toBe(86_400_000);
    expect(device.engine.unsent()[0]?.at).toBe(stamp(0, ACCOUNT.device));
  });

  test("a failure in the middle of a write leaves the database as it was", () => {
    const database = new NodeDatabase();
    const device = open(7, database);
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    const before = dump(database);
    // Every statement of the write is made to fail in turn.
    for (let step = 1; ; step += 1) {
      const run = database.run.bind(database);
      let steps = 0;
      database.run = (sql, parameters) => {
        steps += 1;
        if (steps === step) throw new Error("the battery is empty");
        return run(sql, parameters);
      };
      try {
        device.engine.write([{ kind: "customer", id: C, root: C, v: { city: "b" } }], "k");
        expect(step).toBeGreaterThan(5);
        return;
      } catch (error) {
        expect(String(error)).toContain("battery");
      } finally {
        database.run = run;
      }
      expect(dump(database)).toEqual(before);
    }
  });
});

describe("unsent edits", () => {
  const name = (device: ReturnType<typeof open>) => shown(device, "customer", C)?.name;

  test("kept elsewhere, they come back into an empty store and lie over what the server sends", () => {
    const before = open();
    before.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    before.save({ kind: "customer", id: C, root: C, v: { name: "B" } });
    const shelf = new Shelf();
    shelf.take(before);
    const device = shelf.reopen();
    expect(device.engine.unsent()).toEqual(before.engine.unsent());
    expect(name(device)).toBe("B");
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "c" })] } });
    expect(shown(device, "customer", C)).toMatchObject({ name: "B", city: "c" });
    expect(device.save({ kind: "customer", id: C, root: C, v: { name: "C" } })).toEqual([3]);
  });

  test("under a new device number they are counted from 1 and stamped with it", () => {
    const database = new NodeDatabase();
    const before = open(7, database);
    before.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    receive(before, { pushed: 1 });
    before.save({ kind: "customer", id: C, root: C, v: { name: "B" } });
    const device = open(9, database);
    const [edit] = device.engine.unsent();
    expect(edit).toMatchObject({ n: 1, v: { name: "B" } });
    expect(edit?.at).toBe(`${before.engine.unsent()[0]?.at.slice(0, -4)}0009`);
    expect(device.engine.request({}).ack).toBe(0);
    receive(device, { pushed: 1, seq: 2 });
    expect([device.engine.waiting, name(device)]).toEqual([0, "B"]);
    // The server confirms without a word what it took as sent: the row must have the stamp that was sent.
    const doc = JSON.parse(database.get<{ doc: string }>("SELECT doc FROM customer WHERE id = ?", [C])?.doc ?? "");
    expect(Object.keys(doc.s)).toContain(edit?.at);
  });

  test("one request carries at most what the server takes, oldest first", () => {
    const device = open();
    const names = Array.from({ length: 1200 }, (_, at) => `n${at}`);
    const [first = "", ...others] = names;
    device.save({ kind: "customer", id: C, root: C, v: { name: first, territory: TERRITORY } });
    for (const one of others) device.save({ kind: "customer", id: C, root: C, v: { name: one } });
    const request = device.engine.request({});
    expect(request.edits).toHaveLength(1000);
    expect(request.edits?.[0]?.n).toBe(1);
    expect(request.report?.waiting).toBe(200);
    expect(device.engine.request({}, 0.25).edits).toHaveLength(250);
    expect(JSON.parse(device.engine.exportUnsent()).edits).toHaveLength(1200);
  });
});

test("two devices that edit in turns and cross each other end alike", () => {
  const first = open(7);
  const second = open(8);
  second.world.ms += 500;
  const confirmed = customerRow(100, { city: "a", street: "s" });
  for (const device of [first, second]) receive(device, { rows: { [BUCKET]: [confirmed] } });
  first.save({ kind: "customer", id: C, root: C, v: { city: "first" } });
  second.save({ kind: "customer", id: C, root: C, v: { city: "second", street: "second" } });
  // What the server makes of both: the later stamp wins field by field.
  const [mine, theirs] = [first.engine.unsent()[0], second.engine.unsent()[0]];
  const merged = {
    ...confirmed,
    v: { ...confirmed.v, city: "second", street: "second" },
    s: { [stamp(-1000)]: [], [theirs?.at ?? ""]: ["city", "street"] },
  };
  expect((mine?.at ?? "") < (theirs?.at ?? "")).toBe(true);
  receive(first, { pushed: 1, rows: { [BUCKET]: [merged] }, seq: 3, verdicts: [{ n: 1, verdict: "conflict" }] });
  receive(second, { pushed: 1, rows: { [BUCKET]: [merged] }, seq: 3 });
  expect(shown(first, "customer", C)).toEqual(shown(second, "customer", C));
});

test("a round trip prepares no statement anew, as SQLite does at each use where a limit is a parameter", () => {
  const used: string[] = [];
  class WatchedDatabase extends NodeDatabase {
    override all<T>(sql: string, parameters: readonly SqlValue[] = []): T[] {
      used.push(sql);
      return super.all<T>(sql, parameters);
    }
  }
  const device = open(7, new WatchedDatabase());
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  device.save(visit({ customer: C, person: PERSON, status: "open" }));
  used.length = 0;
  expect(device.engine.request({}).edits).toHaveLength(1);
  receive(device, { pushed: 1, seq: 20 });
  expect(device.engine.attention).toBe(0);

  expect(used).not.toHaveLength(0);
  expect(used.filter((sql) => /LIMIT \?/.test(sql))).toEqual([]);
});

describe("waiting for the disk", () => {
  /** Notes at the end of each transaction whether it waited for the disk. */
  class WatchedDatabase extends NodeDatabase {
    readonly waited: boolean[] = [];

    override transaction<T>(work: () => T): T {
      const done = super.transaction(work);
      this.waited.push(this.get<{ synchronous: number }>("PRAGMA synchronous")?.synchronous === 2);
      return done;
    }
  }

  function watched() {
    const database = new WatchedDatabase();
    const fixture = open(7, database);
    const since = (work: () => void) => {
      database.waited.length = 0;
      work();
      return [...database.waited];
    };
    return { ...fixture, database, since };
  }

  test("a page of the first load does not wait, because it can be read again; what is written meanwhile does", () => {
    const fixture = watched();
    const page = { rows: { [BUCKET]: [customerRow(100)] }, more: true, complete: [] };

    expect(fixture.since(() => receive(fixture, page))).toEqual([false]);
    expect(fixture.since(() => fixture.save(visit({ customer: C, person: PERSON, status: "open" })))).toEqual([true]);
  });

  test("a page with a verdict waits: the server forgets it once it is acknowledged", () => {
    const fixture = watched();
    receive(fixture, { rows: { [BUCKET]: [customerRow(100)] }, more: true, complete: [] });
    fixture.save(visit({ customer: C, person: PERSON, status: "open" }));
    const verdicts = [{ n: 1, verdict: "rejected", code: "forbidden" } as const];

    expect(fixture.since(() => receive(fixture, { pushed: 1, verdicts, more: true, complete: [] }))).toEqual([true]);
  });

  test("what others wrote does not wait, because the next reply brings it again; what is written on top of it does", () => {
    const fixture = watched();
    receive(fixture, { rows: { [BUCKET]: [customerRow(100)] } });

    expect(fixture.since(() => receive(fixture, { rows: { [BUCKET]: [customerRow(101)] }, seq: 20 }))).toEqual([false]);
    expect(fixture.since(() => receive(fixture, { seq: 20 }))).toEqual([false]);
    expect(fixture.since(() => fixture.save(visit({ customer: C, person: PERSON, status: "open" })))).toEqual([true]);
  });

  test.each<[what: string, Parameters<typeof receive>[1]]>([
    ["an acknowledgement", { pushed: 1 }],
    ["what the server asks of the device", { control: [{ control: "upgrade" }] }],
    ["a withdrawal", { grants: [BUCKET] }],
    ["another view", { view: "full" }],
    ["another lease", { lease: 1000 }],
    ["a restored server", { cursors: { [BUCKET]: [2, 20] } }],
    ["an aggregate that leaves", { rows: { [BUCKET]: [{ k: "moved", i: C, r: C, h: 2 }] }, seq: 20 }],
    ["a file", { rows: { [BUCKET]: [row("file", id(300), C, { customer: C, type: "photo" })] }, seq: 20 }],
  ])("%s waits", (_what, given) => {
    const fixture = watched();
    receive(fixture, { rows: { [BUCKET]: [customerRow(100)] } });
    fixture.save(visit({ customer: C, person: PERSON, status: "open" }));

    expect(fixture.since(() => receive(fixture, given))).toEqual([true]);
  });
});

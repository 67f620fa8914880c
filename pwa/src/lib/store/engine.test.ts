import { describe, expect, test } from "vitest";
import { addTo, append, plus, removeFrom } from "./change.ts";
import {
  ACCOUNT,
  BUCKET,
  customerRow,
  dump,
  type Fixture,
  GRANTS,
  id,
  NOW,
  open,
  PERSON,
  receive,
  row,
  shown,
  stamp,
  TERRITORY,
} from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";
import { NOTHING_TOLD, type Unsent } from "./unsent.ts";

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

describe("verdicts", () => {
  test("a taken edit leaves the outbox and its value stays", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    receive(device, { pushed: 1, seq: 2 });
    expect(device.engine.waiting).toBe(0);
    expect(shown(device, "customer", C)?.city).toBe("b");
    expect(device.database.all("SELECT * FROM shadow")).toEqual([]);
    expect(device.engine.query("sync.sent", { limit: 5 })).toMatchObject([
      { id: C, label: "Customer 100", verdict: "applied" },
    ]);
  });

  test("a rejected edit gives the confirmed value back and asks for a look", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    device.save({ kind: "customer", id: C, root: C, v: { street: "Long" } });
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "rejected", code: "wrong_type", field: "city" }],
      seq: 2,
    });
    expect(shown(device, "customer", C)).toMatchObject({ city: "a", street: "Long" });
    expect(device.engine.query("attention.list", { limit: 5 })).toMatchObject([
      {
        verdict: "rejected",
        code: "wrong_type",
        field: "city",
        label: "Customer 100",
        written: { city: "b" },
        standing: { city: "a" },
      },
    ]);
  });

  test("a rejected new record goes", () => {
    const device = open();
    device.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "rejected", code: "forbidden" }] });
    expect(shown(device, "customer", C)).toBeUndefined();
    expect(device.engine.attention).toBe(1);
  });

  test("the loser of a conflict is shown to the human who can swap", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    const losers = [{ field: "city", value: "mine", at: stamp(0, 7), person: PERSON }];
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "conflict", losers }],
      rows: { [BUCKET]: [customerRow(100, { city: "theirs" }, 5000)] },
      seq: 2,
    });
    expect(shown(device, "customer", C)?.city).toBe("theirs");
    const [item] = device.engine.query("attention.list", { limit: 5 });
    expect(item).toMatchObject({ field: "city", standing: { city: "theirs" }, losers: [{ value: "mine", at: NOW }] });
    device.engine.dismiss(item?.n ?? 0);
    expect(device.engine.attention).toBe(0);
  });

  test("a repeated reply changes nothing", () => {
    const device = open();
    device.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    const answer = { pushed: 1, verdicts: [{ n: 1, verdict: "held", code: "forbidden" }], seq: 2 } as const;
    receive(device, answer);
    const before = dump(device.database);
    receive(device, answer);
    expect(dump(device.database)).toBe(before);
  });

  test("after a gap the waiting edits take the numbers that the server expects", () => {
    const device = open();
    device.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    device.save({ kind: "customer", id: C, root: C, v: { name: "B" } });
    device.engine.renumber(40);
    expect(device.engine.unsent().map(({ n, v }) => [n, v.name])).toEqual([
      [40, "A"],
      [41, "B"],
    ]);
    expect(device.save({ kind: "customer", id: C, root: C, v: { name: "C" } })).toEqual([42]);
  });

  test("a store that lost its memory counts on from what the server knows, and keeps what it made meanwhile", () => {
    const device = open();
    device.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    receive(device, { pushed: 50 });
    expect(device.engine.unsent().map(({ n, v }) => [n, v.name])).toEqual([[51, "A"]]);
    expect(device.save({ kind: "customer", id: C, root: C, v: { name: "B" } })).toEqual([52]);
  });
});

/** What a keeper would have of a device's unsent work. */
function keptOf({ engine }: Fixture): Unsent {
  const { counters, added, answered } = engine.unsentSince(NOTHING_TOLD);
  return { ...counters, unsent: added, answered };
}

describe("unsent edits", () => {
  const name = (device: ReturnType<typeof open>) => shown(device, "customer", C)?.name;

  test("kept elsewhere, they come back into an empty store and lie over what the server sends", () => {
    const before = open();
    before.save({ kind: "customer", id: C, root: C, v: { name: "A", territory: TERRITORY } });
    before.save({ kind: "customer", id: C, root: C, v: { name: "B" } });
    const device = open();
    device.engine.restoreUnsent(keptOf(before));
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

  test("a store of a newer version of the app is left alone", () => {
    const database = new NodeDatabase();
    open(7, database);
    database.exec("PRAGMA user_version = 99");
    expect(() => open(7, database)).toThrow("newer_version");
  });
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

  test("once all has come, every reply waits", () => {
    const fixture = watched();
    receive(fixture, { rows: { [BUCKET]: [customerRow(100)] } });

    expect(fixture.since(() => receive(fixture, { rows: { [BUCKET]: [customerRow(101)] }, seq: 20 }))).toEqual([true]);
  });
});

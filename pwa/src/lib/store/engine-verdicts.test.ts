import { describe, expect, test } from "vitest";
import { checksumOfKind } from "$sync/checksum.ts";
import { docFromRow } from "$sync/messages.ts";
import type { Values } from "$sync/record.ts";
import {
  BUCKET,
  customerRow,
  dump,
  type Fixture,
  id,
  NOW,
  open,
  PERSON,
  receive,
  reply,
  row,
  StillWorld,
  shown,
  stamp,
  TERRITORY,
} from "./fixtures.ts";
import { writeMeta } from "./meta.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);

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

  test("of an edit whose row was read before its verdict the row counts, with what the server made of it", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    const clamped = row("customer", C, C, { name: "Customer 100", territory: TERRITORY, city: "b" }, -500);
    const asked = { ...device.engine.request({}, 0), unanswered: 1 };
    device.engine.apply(reply({ rows: { [BUCKET]: [clamped] }, seq: 2 }), NOW, NOW, asked);
    expect(device.engine.waiting).toBe(1);
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "repaired", code: "bad_stamp" }], seq: 2 });
    const [sums] = device.database.all<{ sum: number }>("SELECT sum FROM customer_row WHERE id = ?", [C]);
    expect(sums?.sum).toBe(checksumOfKind("customer", C, 0, docFromRow(clamped)));
    expect(shown(device, "customer", C)?.city).toBe("b");
    // The next one counts for itself again.
    device.save({ kind: "customer", id: C, root: C, v: { city: "c" } });
    receive(device, { pushed: 2, seq: 3 });
    expect(shown(device, "customer", C)?.city).toBe("c");
  });

  test("so it does where the edit has got another number since", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" }), customerRow(101)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    device.save({ kind: "customer", id: id(101), root: id(101), v: { city: "d" } });
    const clamped = row("customer", C, C, { name: "Customer 100", territory: TERRITORY, city: "b" }, -500);
    const asked = { ...device.engine.request({}, 0), unanswered: 1 };
    device.engine.apply(reply({ rows: { [BUCKET]: [clamped] }, seq: 2 }), NOW, NOW, asked);
    device.engine.hold([1]);
    expect(device.engine.setAside(false)).toBe(true);
    receive(device, { pushed: 2, verdicts: [{ n: 2, verdict: "repaired", code: "bad_stamp" }], seq: 2 });
    const [sums] = device.database.all<{ sum: number }>("SELECT sum FROM customer_row WHERE id = ?", [C]);
    expect(sums?.sum).toBe(checksumOfKind("customer", C, 0, docFromRow(clamped)));
    expect(shown(device, "customer", C)?.city).toBe("b");
  });

  test("what was archived before its verdict came does not come back with it", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    const T = id(101);
    const v = { person: PERSON, customer: C, status: "open", title: "Call" } as const;
    device.save({ kind: "task", id: T, root: C, v });
    device.engine.apply(reply({ seq: 3 }), NOW, NOW, { ...device.engine.request({}, 0), unanswered: 1 });
    receive(device, { pushed: 1, seq: 3 });
    expect(shown(device, "task", T)).toBeUndefined();
  });

  test("nor where it was put behind another and sent again under its former number meanwhile", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(102)] } });
    const T = id(101);
    device.save({ kind: "task", id: T, root: C, v: { person: PERSON, customer: C, status: "open", title: "Call" } });
    device.engine.apply(reply({ seq: 3 }), NOW, NOW, { ...device.engine.request({}, 0), unanswered: 1 });
    device.save({ kind: "customer", id: id(102), root: id(102), v: { city: "d" } });
    for (const isAnyFree of [true, false]) {
      device.engine.hold([1]);
      expect(device.engine.setAside(true)).toBe(isAnyFree);
    }
    expect(device.engine.request({}, 1).edits).toMatchObject([{ n: 1, id: T }]);
    receive(device, { pushed: 1, seq: 3 });
    expect(shown(device, "task", T)).toBeUndefined();
    expect(shown(device, "customer", id(102))?.city).toBe("d");
    receive(device, { pushed: 2, seq: 4 });
    expect(shown(device, "customer", id(102))?.city).toBe("d");
  });

  test("nor of one that had come before under another number: the server says so", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    const T = id(101);
    device.save({ kind: "task", id: T, root: C, v: { person: PERSON, customer: C, status: "open", title: "Call" } });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "applied", known: true }], seq: 2 });
    expect(shown(device, "task", T)).toBeUndefined();
    const made = row("task", T, C, { person: PERSON, customer: C, status: "done", title: "Call" });
    receive(device, { rows: { [BUCKET]: [made] }, seq: 3 });
    expect(shown(device, "task", T)?.status).toBe("done");
  });

  test("a record of a kind that an older version of the app does not know goes with the last edit that kept it", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    const keep = (at: number, bucket: string) => {
      const edit = { n: at, kind: "future", id: id(200 + at), root: C, v: { name: "x" }, at: stamp(at), base: {} };
      device.database.run("INSERT INTO outbox (n, kind, id, root, edit, created_at) VALUES (?, 'future', ?, ?, ?, 0)", [
        at,
        edit.id,
        C,
        JSON.stringify(edit),
      ]);
      device.database.run("INSERT INTO shadow (id, kind, doc) VALUES (?, 'future', NULL)", [edit.id]);
      device.database.run(
        "INSERT INTO stranger (id, kind, root, bucket, home, sum, round, doc) VALUES (?, 'future', ?, ?, 0, NULL, 0, '{}')",
        [edit.id, C, bucket],
      );
    };
    keep(1, "");
    keep(2, BUCKET);
    writeMeta(device.database, "edits", 2);
    receive(device, { pushed: 2, seq: 2 });
    expect(device.database.all("SELECT id FROM stranger")).toEqual([{ id: id(202) }]);
    expect(device.database.all("SELECT id FROM shadow")).toEqual([]);
  });

  test("rows wait for the verdict where an edit that waits raises a counter", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "b" } });
    expect(device.engine.mayReadOn).toBe(true);
    const v = { person: PERSON, customer: C, status: "open", title: "Call", snoozes: { plus: 1 } } as const;
    device.save({ kind: "task", id: id(101), root: C, v });
    expect(device.engine.mayReadOn).toBe(false);
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

  test("what gave way to a held edit that was applied here is shown where it stood, to be swapped", () => {
    const device = open();
    const said = { target_kind: "customer", target: C, values: { city: "held" }, status: "waiting", code: "internal" };
    const offer = row("held_edit", id(200), C, { ...said, person: id(9), customer: C, written_at: NOW });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "later" }), offer] } });
    device.save({ kind: "held_edit", id: id(200), root: C, v: { status: "applied" } });
    const losers = [{ field: "city", value: "later", at: stamp(0, 7), person: PERSON }];
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "conflict", field: "city", losers }],
      rows: { [BUCKET]: [customerRow(100, { city: "held" }, 5000)] },
      seq: 2,
    });
    expect(device.engine.query("attention.list", { limit: 5 })).toMatchObject([
      {
        verdict: "conflict",
        field: "city",
        kind: "customer",
        id: C,
        root: C,
        written: { city: "held" },
        base: { city: "later" },
        standing: { city: "held" },
        losers: [{ value: "later" }],
      },
    ]);
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

describe("what is kept of others' values beside a verdict (SPEC R57)", () => {
  const OWN = ["shared", `u:${PERSON}`];
  const ANNA = id(50);
  const hers = { field: "city", value: "HERS", at: stamp(5), person: ANNA };
  const mine = { field: "street", value: "mine", at: stamp(0, 7), person: PERSON, winner: ANNA };

  /** A device with a conflict on a customer: what it had seen there, another's value and its own gave way. */
  function withConflict(): Fixture {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "SEEN", street: "SEEN" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine", street: "mine", phone: "mine" } });
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "conflict", field: "city", losers: [hers, mine] }],
      seq: 2,
    });
    expect(left(device)).toEqual(["HERS", "SEEN"]);
    return device;
  }

  const left = ({ database }: Fixture) => ["HERS", "SEEN"].filter((value) => dump(database).includes(value));
  const items = ({ engine }: Fixture) => engine.query("attention.list", { limit: 5 });
  const stays = {
    about: "Customer 100",
    written: { city: "mine", street: "mine", phone: "mine" },
    base: { phone: null },
    losers: [{ field: "street", value: "mine", winner: ANNA }],
  };

  test("goes with the grant, and one's own stays", () => {
    const device = withConflict();
    receive(device, { grants: OWN, seq: 3 });
    expect(left(device)).toEqual([]);
    expect(items(device)).toMatchObject([stays]);
    expect(Object.keys(items(device)[0]?.base ?? {})).toEqual(["phone"]);
  });

  test("goes also where another bucket is begun in its place, and stays where that is all", () => {
    const device = withConflict();
    const next = `t:${id(3)}`;
    receive(device, { grants: [...OWN, BUCKET, next], seq: 3, complete: OWN, more: true });
    expect(left(device)).toEqual(["HERS", "SEEN"]);
    receive(device, { grants: [...OWN, next], seq: 3, complete: OWN, more: true });
    expect(left(device)).toEqual([]);
  });

  test("goes when the customer moves to where nothing is granted", () => {
    const device = withConflict();
    receive(device, { rows: { [BUCKET]: [{ k: "moved", i: C, r: C, h: 1 }] }, seq: 3 });
    expect(left(device)).toEqual([]);
    expect(items(device)).toMatchObject([stays]);
  });

  test("goes with the device that is to be wiped, and does not come with a verdict after the grant", () => {
    const device = withConflict();
    device.save({ kind: "customer", id: C, root: C, v: { city: "later" } });
    receive(device, { pushed: 1, grants: [], cursors: {}, complete: [] });
    expect(items(device).map(({ losers }) => losers.length)).toEqual([1]);
    receive(device, { pushed: 2, grants: [], cursors: {}, complete: [], verdicts: [{ n: 2, verdict: "held" }] });
    expect(left(device)).toEqual([]);
    expect(items(device)).toHaveLength(2);
  });

  test("is not put back with what was taken off the list before", () => {
    const device = withConflict();
    const dismissed = device.engine.dismiss(items(device)[0]?.n ?? 0);
    if (dismissed === null) throw new Error("it was not on the list");
    receive(device, { grants: OWN, seq: 3 });
    device.engine.recall(dismissed);
    expect(left(device)).toEqual([]);
    expect(items(device)).toMatchObject([stays]);
  });

  test("stays while its customer is still to come, as after the disk was lost", () => {
    const device = open();
    device.save({ kind: "note", id: id(300), root: C, v: { customer: C, person: PERSON, written_at: NOW, body: "a" } });
    const losers = [{ ...hers, field: "body" }];
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "conflict", losers }], complete: OWN, more: true });
    expect(left(device)).toEqual(["HERS"]);
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, seq: 2 });
    expect(left(device)).toEqual(["HERS"]);
    receive(device, { grants: OWN, seq: 3 });
    expect(left(device)).toEqual([]);
  });

  test("is all of what a decision applied: that it met a conflict is told on, without a value", () => {
    const device = open();
    const offer = { person: ANNA, target_kind: "customer", target: C, values: { city: "HERS" }, code: "forbidden" };
    const held = row("held_edit", id(700), C, { ...offer, written_at: NOW, status: "waiting", customer: C });
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "SEEN" }), held] } });
    device.save({ kind: "held_edit", id: id(700), root: C, v: { status: "applied" } });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "conflict", losers: [hers] }], seq: 2 });
    expect(items(device)).toMatchObject([{ id: C, written: { city: "HERS" } }]);
    receive(device, { grants: OWN, seq: 3 });
    expect(left(device)).toEqual([]);
    expect(items(device)).toMatchObject([{ verdict: "conflict", field: "city", about: "Customer 100", losers: [] }]);
    expect(items(device)[0]).toMatchObject({ written: {}, base: {} });
  });

  test("goes from fields that are hidden, when a manager becomes a rep (SPEC R35)", () => {
    const device = open(7, new NodeDatabase(), new StillWorld(), "manager");
    const product = (v: Values) => row("product", id(30), "shared", { name: "SEEN", ...v });
    receive(device, { view: "full", rows: { shared: [product({ cost: 700_123 })] } });
    device.save({ kind: "product", id: id(30), root: "shared", v: { name: "Flour", cost: 5 } });
    const losers = [
      { ...hers, field: "name" },
      { ...hers, field: "cost", value: 777_001 },
    ];
    receive(device, { view: "full", pushed: 1, verdicts: [{ n: 1, verdict: "conflict", losers }], seq: 2 });
    expect(dump(device.database)).toContain("700123");
    const control = [...OWN, BUCKET].map((bucket) => ({ control: "reset" as const, bucket, offset: 0 }));
    receive(device, { view: "rep", control, rows: { shared: [product({})] }, seq: 3 });
    expect(dump(device.database)).not.toMatch(/700123|777001/);
    expect(items(device)).toMatchObject([
      { written: { cost: 5 }, base: { name: "SEEN" }, losers: [{ field: "name", value: "HERS" }] },
    ]);
  });
});

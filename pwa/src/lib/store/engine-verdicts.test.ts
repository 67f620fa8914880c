import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, dump, id, NOW, open, PERSON, receive, row, shown, stamp, TERRITORY } from "./fixtures.ts";

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

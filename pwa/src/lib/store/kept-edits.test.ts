import { describe, expect, test } from "vitest";
import {
  BUCKET,
  customerRow,
  type Fixture,
  id,
  NOW,
  open,
  receive,
  reply,
  shown,
  sumsOf,
  TERRITORY,
} from "./fixtures.ts";
import { KEPT_BYTES, KEPT_FOR_MS } from "./kept-edits.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const RESTORED = 1_795_000_000_000;

/** A device whose edits 1 to `count` of one customer's city were taken. */
function taken(count: number, device = open()): Fixture {
  receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "before" })] }, seq: 1 });
  for (let n = 1; n <= count; n += 1) device.save({ kind: "customer", id: C, root: C, v: { city: `city ${n}` } });
  receive(device, { pushed: count, seq: 1 + count });
  return device;
}

const kept = ({ database }: Fixture) =>
  database.all<{ n: number }>("SELECT n FROM kept ORDER BY device, n").map(({ n }) => n);
const unsent = ({ engine }: Fixture) => engine.unsent().map(({ n, v }) => [n, v.city ?? v.name]);

describe("edits that the server has taken", () => {
  test("are kept as they were sent until a backup covers them", () => {
    const device = taken(3);
    expect(kept(device)).toEqual([1, 2, 3]);
    expect(device.engine.waiting).toBe(0);
    receive(device, { covered: 2, seq: 4 });
    expect(kept(device)).toEqual([3]);
    receive(device, { covered: 3, seq: 4 });
    expect(kept(device)).toEqual([]);
    expect(device.database.get("SELECT value FROM meta WHERE name = 'kept_bytes'")).toEqual({ value: "0" });
  });

  test("go in front of what waits when a restored server has fewer, with their numbers and stamps", () => {
    const device = taken(3);
    const before = device.database.all<{ edit: string }>("SELECT edit FROM kept ORDER BY n").map(({ edit }) => edit);
    device.save({ kind: "customer", id: C, root: C, v: { city: "waits" } });
    receive(device, { pushed: 1, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    expect(unsent(device)).toEqual([
      [2, "city 2"],
      [3, "city 3"],
      [4, "waits"],
    ]);
    expect(
      device.engine
        .unsent()
        .slice(0, 2)
        .map((edit) => JSON.stringify(edit)),
    ).toEqual(before.slice(1));
    expect(device.engine.request({}).ack).toBe(1);
    // What was on the screen is still there, now as unsent work over what the backup had.
    expect(shown(device, "customer", C)?.city).toBe("waits");
    receive(device, { pushed: 4, cursors: { [BUCKET]: [RESTORED, 4] } });
    expect([device.engine.waiting, kept(device)]).toEqual([0, [1, 2, 3, 4]]);
    expect(device.save({ kind: "customer", id: C, root: C, v: { city: "next" } })).toEqual([5]);
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
  });

  test("are kept and offered as long as one that changed places with them may be what the server has under their number", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(101)] }, seq: 1 });
    device.save({ kind: "customer", id: C, root: C, v: { city: "first" } });
    device.save({ kind: "customer", id: id(101), root: id(101), v: { city: "second" } });
    device.engine.hold([1]);
    expect(device.engine.setAside(false)).toBe(true);
    // The server had taken both under their numbers of before; the backup has the first one alone.
    receive(device, { pushed: 1, covered: 1, seq: 2 });
    expect(kept(device)).toEqual([1]);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    expect(device.database.all("SELECT n, edit ->> '$.v.city' AS city FROM outbox")).toEqual([
      { n: 2, city: "second" },
      { n: 3, city: "first" },
    ]);
    receive(device, { pushed: 3, cursors: { [BUCKET]: [RESTORED, 2] } });
    receive(device, { pushed: 3, covered: 3, cursors: { [BUCKET]: [RESTORED, 2] } });
    expect([device.engine.waiting, kept(device)]).toEqual([0, []]);
  });

  test("are not offered again because of a reply that was overtaken", () => {
    const device = taken(3);
    receive(device, { pushed: 1, seq: 1 });
    expect(device.engine.waiting).toBe(0);
    expect(device.engine.request({}).ack).toBe(3);
  });

  test("are offered again likewise when the restored server finds a gap", () => {
    const device = taken(3);
    device.save({ kind: "customer", id: C, root: C, v: { city: "waits" } });
    device.engine.closeGap(2);
    expect(unsent(device).map(([n]) => n)).toEqual([2, 3, 4]);
    expect(device.engine.request({}).ack).toBe(1);
  });

  test("are numbered anew where they do not reach back so far", () => {
    const device = taken(5);
    receive(device, { covered: 3, seq: 6 });
    device.save({ kind: "customer", id: C, root: C, v: { city: "waits" } });
    receive(device, { pushed: 1, cursors: { [BUCKET]: [RESTORED, 1] } });
    expect(unsent(device)).toEqual([
      [2, "city 4"],
      [3, "city 5"],
      [4, "waits"],
    ]);
    expect(device.save({ kind: "customer", id: C, root: C, v: { city: "next" } })).toEqual([5]);
  });

  test("with nothing kept and nothing waiting, the next edit takes the number that is expected", () => {
    const device = taken(5);
    receive(device, { covered: 5, seq: 6 });
    receive(device, { pushed: 2, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    expect(device.engine.waiting).toBe(0);
    expect(device.save({ kind: "customer", id: C, root: C, v: { city: "next" } })).toEqual([3]);
  });

  test("survive a restore of a record that only they had made", () => {
    const device = open();
    receive(device, { seq: 1 });
    const D = id(101);
    device.save({ kind: "customer", id: D, root: D, v: { name: "Made here", territory: TERRITORY } });
    receive(device, { pushed: 1, seq: 2 });
    receive(device, { pushed: 0, cursors: { [BUCKET]: [RESTORED, 1] } });
    expect(shown(device, "customer", D)?.name).toBe("Made here");
    expect(unsent(device)).toEqual([[1, "Made here"]]);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [RESTORED, 2] } });
    expect(shown(device, "customer", D)?.name).toBe("Made here");
  });

  test("offered again do not show as sent once more, and their old verdict is no news", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, seq: 1 });
    device.save({ kind: "customer", id: C, root: C, v: { city: "no" } });
    const refusal = { n: 1, verdict: "rejected", code: "forbidden" } as const;
    receive(device, { pushed: 1, verdicts: [refusal], seq: 1 });
    device.engine.dismiss(1);
    receive(device, { pushed: 0, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    receive(device, { pushed: 1, verdicts: [refusal], cursors: { [BUCKET]: [RESTORED, 1] } });
    expect(device.engine.attention).toBe(0);
    expect(device.engine.query("sync.sent", { limit: 9 })).toHaveLength(1);
  });

  test("another verdict on an edit offered again is news", () => {
    const device = taken(1);
    receive(device, { pushed: 0, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "held", code: "forbidden" }],
      cursors: { [BUCKET]: [RESTORED, 1] },
    });
    expect(device.engine.query("attention.list", { limit: 1 })).toMatchObject([{ verdict: "held" }]);
  });

  test("are forgotten, the oldest first, beyond so many bytes", () => {
    const device = open();
    receive(device, { seq: 1 });
    const note = "x".repeat(10_000);
    const D = id(300);
    device.save({ kind: "note", id: D, root: C, v: { customer: C, person: id(1), written_at: NOW, body: note } });
    receive(device, { pushed: 1, seq: 2 });
    // The same edit again and again stands for three thousand notes.
    device.database.run(
      `WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
       INSERT INTO kept SELECT 7, number.n, edit, verdict, counted, at FROM kept, number`,
    );
    device.database.run("UPDATE meta SET value = (SELECT sum(octet_length(edit)) FROM kept) WHERE name = 'kept_bytes'");
    device.database.run("UPDATE meta SET value = 3000 WHERE name IN ('edits', 'ack')");
    device.save({ kind: "customer", id: D, root: D, v: { name: "last", territory: TERRITORY } });
    receive(device, { pushed: 3001, seq: 3 });
    const left = kept(device);
    expect(left.at(-1)).toBe(3001);
    const bytes = device.database.get<{ n: number }>("SELECT sum(octet_length(edit)) AS n FROM kept")?.n ?? 0;
    expect(bytes).toBeLessThanOrEqual(KEPT_BYTES);
    expect(bytes).toBeGreaterThan(KEPT_BYTES - 2 * note.length);
    expect(left).toEqual(Array.from(left, (_, at) => 3001 - left.length + 1 + at));
  });

  test("are forgotten a whole group at a time, so that none is offered again in part", () => {
    const device = open();
    receive(device, { seq: 1 });
    const line = (n: number) => ({ kind: "customer", id: id(300 + n), root: id(300 + n) }) as const;
    const values = { name: "x", territory: TERRITORY };
    device.save({ ...line(0), v: values });
    device.engine.write(
      [1, 2, 3].map((n) => ({ ...line(n), v: values })),
      "sale",
      true,
    );
    device.save({ ...line(4), v: values });
    receive(device, { pushed: 5, seq: 2 });
    // So many bytes are counted that the two oldest have to go: one alone, and the first of the group.
    const size =
      device.database.get<{ n: number }>("SELECT sum(octet_length(edit)) AS n FROM kept WHERE n <= 2")?.n ?? 0;
    device.database.run("UPDATE meta SET value = ? WHERE name = 'kept_bytes'", [KEPT_BYTES + size - 200]);
    device.save({ ...line(5), v: values });
    receive(device, { pushed: 6, seq: 3 });
    expect(kept(device)).toEqual([5, 6]);
  });

  test("are forgotten after so many days where no backup ever covers them", () => {
    const device = taken(2);
    device.world.ms += KEPT_FOR_MS - 1000;
    device.save({ kind: "customer", id: C, root: C, v: { city: "late" } });
    device.engine.apply(
      { ...reply({ cursors: device.engine.cursors(), complete: [], pushed: 3 }), now: NOW + KEPT_FOR_MS + 1 },
      device.world.now(),
      device.world.now(),
    );
    expect(kept(device)).toEqual([3]);
  });
});

describe("a new number for the device", () => {
  test("leaves the kept edits kept, under the number that sent them", () => {
    const database = new NodeDatabase();
    taken(2, open(7, database));
    const device = open(9, database);
    expect(device.database.all("SELECT device, n FROM kept")).toEqual([
      { device: 7, n: 1 },
      { device: 7, n: 2 },
    ]);
    receive(device, { seq: 4 });
    expect(device.engine.waiting).toBe(0);
  });

  test("after a restore that lost the old one offers them again in front of what waits, stamped anew", () => {
    const database = new NodeDatabase();
    const before = taken(2, open(7, database));
    before.save({ kind: "customer", id: C, root: C, v: { city: "waits" } });
    const device = open(9, database);
    receive(device, { pushed: 0, cursors: { [BUCKET]: [RESTORED, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    expect(unsent(device)).toEqual([
      [1, "city 1"],
      [2, "city 2"],
      [3, "waits"],
    ]);
    expect(device.engine.unsent().every(({ at }) => at.endsWith("0009"))).toBe(true);
    expect(shown(device, "customer", C)?.city).toBe("waits");
    receive(device, { pushed: 3, cursors: { [BUCKET]: [RESTORED, 4] } });
    expect(device.database.all("SELECT device, n FROM kept ORDER BY n")).toEqual(
      [1, 2, 3].map((n) => ({ device: 9, n })),
    );
  });

  test("after a restore that has some of the old one's offers the others only, whose counters go on from there", () => {
    const database = new NodeDatabase();
    taken(2, open(7, database));
    const device = open(9, database);
    receive(device, {
      pushed: 0,
      former: { 7: 1 },
      cursors: { [BUCKET]: [RESTORED, 1] },
      rows: { [BUCKET]: [customerRow(100)] },
    });
    expect(unsent(device)).toEqual([[1, "city 2"]]);
    expect(device.database.all("SELECT device, n FROM kept")).toEqual([{ device: 7, n: 1 }]);
  });

  test("they go when a backup covers an edit of the new number, which is later than all of them", () => {
    const database = new NodeDatabase();
    taken(2, open(7, database));
    const device = open(9, database);
    device.save({ kind: "customer", id: C, root: C, v: { city: "new" } });
    receive(device, { pushed: 1, seq: 5 });
    receive(device, { covered: 1, seq: 5 });
    expect(kept(device)).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { bucketChecksum, partitionChecksums, partitionOf, sumsFromText } from "$sync/checksum.ts";
import type { Row, SyncRequest } from "$sync/messages.ts";
import { MAX_CHECKED } from "$sync/schema.gen.ts";
import { AUDIT_EVERY_MS } from "./checks.ts";
import {
  BUCKET,
  customerRow,
  type Fixture,
  id,
  NOW,
  open,
  PERSON,
  receive,
  row,
  shown,
  stamp,
  sumsOf,
  TERRITORY,
} from "./fixtures.ts";
import { VERIFY_EVERY_MS } from "./limits.ts";

const C = id(100);
/** Ids whose last two digits spread over many partitions. */
const spread = (number: number) =>
  `01jd00000000000000000000${"0123456789abcdefghijklmnopqrstuv"[number % 32]}${"048cgko"[number % 7]}`;

function customers(count: number): Row[] {
  return Array.from({ length: count }, (_, at) => {
    const customer = spread(at);
    return { ...customerRow(100), i: customer, r: customer };
  });
}

/** What the server says of its rows, and how it answers a request that tells its partitions (SPEC R63, R64). */
class Server {
  constructor(readonly rows: Row[]) {}

  get sums() {
    return { [BUCKET]: bucketChecksum(this.rows) };
  }

  /** `most` partitions at a time, as the budget allows. */
  answer(request: SyncRequest, most = 256): Parameters<typeof receive>[1] {
    const told = request.check?.[BUCKET];
    if (told === undefined) return { sums: this.sums, seq: 9 };
    const theirs = sumsFromText(told);
    const bad = partitionChecksums(this.rows).flatMap((sum, partition) =>
      sum === theirs[partition] ? [] : [partition],
    );
    const repair = bad.slice(0, most);
    const rows = this.rows.filter(({ i }) => repair.includes(partitionOf(i)));
    return { sums: this.sums, seq: 9, rows: { [BUCKET]: rows }, repair: repair.length > 0 ? { [BUCKET]: repair } : {} };
  }
}

/** Round trips as the session makes them, until the store has nothing to tell; how many there were. */
function settle(device: Fixture, server: Server, most?: number): number {
  receive(device, server.answer(device.engine.request({}), most));
  for (let rounds = 1; ; rounds += 1) {
    if (!device.engine.isSuspect || rounds > 300) return rounds;
    receive(device, server.answer(device.engine.request({}), most));
  }
}

function expectEqual(device: Fixture, server: Server): void {
  const { running, real } = sumsOf(device);
  expect(running).toEqual(real);
  expect(running[BUCKET]).toEqual(server.sums[BUCKET]);
}

describe("the running sum of a bucket", () => {
  test("follows rows that come, change, move and go", () => {
    const device = open();
    const other = `t:${id(3)}`;
    const grants = ["shared", BUCKET, other];
    const steps: Parameters<typeof receive>[1][] = [
      { rows: { [BUCKET]: [customerRow(100), customerRow(101)] }, grants, seq: 1 },
      { rows: { [BUCKET]: [customerRow(100, { city: "new" }, 0)] }, grants, seq: 2 },
      { rows: { [BUCKET]: [customerRow(101, { deleted: true }, 0)] }, grants, seq: 3 },
      { rows: { [other]: [customerRow(100, {}, 5, 1)], [BUCKET]: [{ k: "moved", i: C, r: C, h: 1 }] }, grants, seq: 4 },
      { grants: ["shared", other], seq: 5 },
    ];
    for (const step of steps) {
      receive(device, step);
      const { running, real } = sumsOf(device);
      expect(running).toEqual(real);
    }
    expect(sumsOf(device).running).toEqual({ [other]: bucketChecksum([customerRow(100, {}, 5, 1)]) });
  });

  test("is not compared with what an overtaken reply says of an earlier time", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100), customerRow(101)] }, seq: 2 });
    receive(device, { sums: { [BUCKET]: bucketChecksum([customerRow(100)]) }, seq: 1 });
    expect(device.engine.isSuspect).toBe(false);
  });

  test("counts what the server has confirmed, not what the screen shows", () => {
    const device = open();
    const [before, after] = [customerRow(100, { city: "a" }), customerRow(100, { street: "theirs" }, -500)];
    receive(device, { rows: { [BUCKET]: [before] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    expect(sumsOf(device).running[BUCKET]).toEqual(bucketChecksum([before]));
    receive(device, { rows: { [BUCKET]: [after] }, seq: 2 });
    expect(sumsOf(device).running[BUCKET]).toEqual(bucketChecksum([after]));
  });

  test("counts the device's own edits once they are taken, although nothing is echoed", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "a" })] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    device.save({ kind: "customer", id: C, root: C, v: { street: "waits" } });
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    const [first, second] = device.engine.unsent();
    receive(device, { pushed: 1, seq: 2 });
    const base = customerRow(100, { city: "mine" });
    const once = { ...base, s: { [stamp(-1000)]: [], [first?.at ?? ""]: ["city"] } };
    expect(sumsOf(device).running[BUCKET]).toEqual(bucketChecksum([once]));
    receive(device, { pushed: 3, seq: 4 });
    const twice = {
      ...once,
      v: { ...once.v, street: "waits" },
      s: { [stamp(-1000)]: [], [first?.at ?? ""]: ["city"], [second?.at ?? ""]: ["street"] },
    };
    const made = { ...customerRow(110), v: { name: "New", territory: TERRITORY } };
    const at = device.database.get<{ edit: string }>("SELECT edit FROM kept WHERE n = 3");
    const created = { ...made, s: { [JSON.parse(at?.edit ?? "{}").at]: [] } };
    expect(sumsOf(device).running[BUCKET]).toEqual(bucketChecksum([twice, created]));
  });

  test("does not move with a refused edit", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    const refusals = [1, 2].map((n) => ({ n, verdict: "rejected", code: "forbidden" }) as const);
    receive(device, { pushed: 2, verdicts: refusals, seq: 2 });
    expect(sumsOf(device).running).toEqual({ [BUCKET]: bucketChecksum([customerRow(100)]) });
  });

  test("counts a row once that came early, out of its order, and again with its page", () => {
    const device = open();
    const early = customerRow(103);
    receive(device, { rows: { [BUCKET]: [early] }, cursors: { [BUCKET]: [1, 0] }, complete: [], more: true });
    expect(shown(device, "customer", id(103))).toBeDefined();
    receive(device, { rows: { [BUCKET]: [100, 101].map((n) => customerRow(n)) }, seq: 2, complete: [], more: true });
    const sums = { [BUCKET]: bucketChecksum([100, 101, 103].map((n) => customerRow(n))) };
    receive(device, { rows: { [BUCKET]: [early] }, seq: 3, sums });
    expect(device.engine.isSuspect).toBe(false);
  });

  test("counts rows of kinds that only a newer version knows, and forgets them with their bucket", () => {
    const device = open();
    const ship = row("spaceship", id(500), id(500), { name: "x" });
    receive(device, {
      rows: { [BUCKET]: [customerRow(100), ship] },
      sums: { [BUCKET]: bucketChecksum([customerRow(100), ship]) },
    });
    expect(device.engine.isSuspect).toBe(false);
    receive(device, {
      rows: { [BUCKET]: [{ ...ship, h: 1 }] },
      seq: 2,
      sums: { [BUCKET]: bucketChecksum([customerRow(100), { ...ship, h: 1 }]) },
    });
    expect(device.engine.isSuspect).toBe(false);
    receive(device, { control: [{ control: "reset", bucket: BUCKET }], seq: 3, sums: { [BUCKET]: [0, 0] } });
    expect(device.engine.isSuspect).toBe(false);
  });
});

describe("comparing", () => {
  test("every sum is asked for at the start, until all have come, and once in a while", () => {
    const device = open();
    expect(device.engine.request({}).verify).toBe(true);
    receive(device, { sums: { [BUCKET]: [0, 0] }, complete: [BUCKET], more: true });
    expect(device.engine.request({}).verify).toBe(true);
    receive(device, { sums: Object.fromEntries(["shared", `u:${PERSON}`, BUCKET].map((bucket) => [bucket, [0, 0]])) });
    expect(device.engine.request({})).not.toHaveProperty("verify");
    device.world.ms += VERIFY_EVERY_MS;
    expect(device.engine.request({}).verify).toBe(true);
  });

  test("equal sums lead to nothing", () => {
    const device = open();
    const server = new Server(customers(20));
    receive(device, { rows: { [BUCKET]: server.rows }, sums: server.sums });
    expect(device.engine.isSuspect).toBe(false);
    expect(device.engine.request({})).not.toHaveProperty("check");
  });

  test("a bucket that is not complete is not compared, nor one of another schema", () => {
    const device = open();
    receive(device, { sums: { [BUCKET]: [1, 1] }, complete: [] });
    receive(device, { sums: { [BUCKET]: [1, 1] }, control: [{ control: "upgrade" }] });
    expect(device.engine.isSuspect).toBe(false);
  });
});

describe("repair", () => {
  /** Each way in which a device can come to hold something else than the server. */
  const DAMAGES: { readonly [name: string]: (device: Fixture, server: Server) => void } = {
    "a row that never came": (_device, { rows }) => void rows.push({ ...customerRow(100), i: id(100), r: id(100) }),
    "a row that the server does not have": (_device, { rows }) => void rows.splice(3, 1),
    "a row of an older state": (_device, { rows }) => {
      const { i, r } = rows[5] as Row;
      rows[5] = { ...customerRow(100, { city: "newer" }, 0), i, r };
    },
    "a spoilt document": ({ database }) => {
      database.run("UPDATE customer_doc SET doc = replace(doc, '01k7', '01k6') WHERE n = 4");
    },
    "a document that cannot be read": ({ database }) =>
      void database.run("UPDATE customer_doc SET doc = '{' WHERE n = 4"),
    "a row in the wrong bucket": ({ database }) =>
      void database.run("UPDATE customer_row SET bucket = 'shared' WHERE n = 2"),
    "a row with the wrong home revision": ({ database }) =>
      void database.run("UPDATE customer_row SET home = 9 WHERE n = 2"),
    "a row lost from the disk": ({ database }) => void database.run("DELETE FROM customer_row WHERE n = 6"),
    "a running sum that drifted": ({ database }) =>
      void database.run("UPDATE total SET checksum = 1, rows = 2 WHERE bucket <> ''"),
  };

  for (const [name, damage] of Object.entries(DAMAGES)) {
    test(`mends ${name}`, () => {
      const device = open();
      const server = new Server(customers(60));
      receive(device, { rows: { [BUCKET]: server.rows.map((one) => structuredClone(one)) }, seq: 9 });
      damage(device, server);
      // Nothing but the audit would find what is wrong on the disk alone.
      device.world.ms += AUDIT_EVERY_MS;
      while (device.engine.workOff());
      expect(settle(device, server)).toBeLessThanOrEqual(3);
      expectEqual(device, server);
      for (const { i } of server.rows) expect(shown(device, "customer", i)).toBeDefined();
    });
  }

  test("tells the partitions from the rows held, and mends the bad ones only", () => {
    const device = open();
    const server = new Server(customers(60));
    receive(device, { rows: { [BUCKET]: server.rows.slice(1) }, sums: server.sums });
    expect(device.engine.isSuspect).toBe(true);
    const request = device.engine.request({});
    const bad = partitionOf(server.rows[0]?.i ?? "");
    const told = sumsFromText(request.check?.[BUCKET] ?? "");
    expect(partitionChecksums(server.rows).flatMap((sum, at) => (sum === told[at] ? [] : [at]))).toEqual([bad]);
    expect(request.verify).toBe(true);
    receive(device, server.answer(request));
    expect(device.engine.isSuspect).toBe(false);
    expect(device.engine.request({}).report?.repairs).toBe(1);
    expectEqual(device, server);
  });

  test("goes on as long as the budget brings a part of it each time", () => {
    const device = open();
    const server = new Server(customers(60));
    receive(device, { rows: { [BUCKET]: [] } });
    const partitions = new Set(server.rows.map(({ i }) => partitionOf(i))).size;
    expect(settle(device, server, 2)).toBe(1 + Math.ceil(partitions / 2));
    expect(device.engine.request({}).report?.repairs).toBe(partitions);
    expectEqual(device, server);
  });

  test("of many buckets tells a few at a time, until all are settled", () => {
    const device = open();
    const grants = Array.from({ length: 200 }, (_, at) => `t:${id(10_000 + at)}`);
    const sums = Object.fromEntries(grants.map((bucket) => [bucket, [1, 1] as const]));
    receive(device, { grants, sums });
    const told = new Set<string>();
    let rounds = 0;
    for (; device.engine.isSuspect && rounds < 100; rounds += 1) {
      const request = device.engine.request({});
      const asked = Object.keys(request.check ?? {});
      expect(asked.length).toBeLessThanOrEqual(MAX_CHECKED);
      for (const bucket of asked) told.add(bucket);
      // The server finds nothing bad in those that are told, and says of all that they differ, as it was asked to.
      receive(device, { grants, sums });
    }
    expect(told.size).toBe(grants.length);
    expect(rounds).toBe(Math.ceil(grants.length / MAX_CHECKED));
  });

  test("leaves unsent edits over what it mends, and keeps what is only theirs", () => {
    const device = open();
    const [first, second] = customers(2) as [Row, Row];
    receive(device, { rows: { [BUCKET]: [first, second] } });
    device.save({ kind: "customer", id: first.i, root: first.r, v: { city: "mine" } });
    device.save({ kind: "customer", id: second.i, root: second.r, v: { city: "mine, too" } });
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    // The server has a newer state of the first and nothing of the second.
    const server = new Server([{ ...customerRow(100, { street: "theirs" }, -1), i: first.i, r: first.r }]);
    settle(device, server);
    expect(shown(device, "customer", first.i)).toMatchObject({ city: "mine", street: "theirs" });
    expect(shown(device, "customer", second.i)).toMatchObject({ city: "mine, too" });
    expect(shown(device, "customer", id(110))).toMatchObject({ name: "New" });
    expectEqual(device, server);
    expect(device.engine.waiting).toBe(3);
  });

  test("a difference that stays although nothing of it is bad is not asked about in a busy loop", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, sums: { [BUCKET]: [1, 1] } });
    device.engine.request({});
    receive(device, { sums: { [BUCKET]: [1, 1] }, seq: 1 });
    expect(device.engine.isSuspect).toBe(false);
    receive(device, { sums: { [BUCKET]: [1, 1] }, seq: 1 });
    expect(device.engine.isSuspect).toBe(true);
  });

  test("a partition that is bad again as soon as it was mended is not asked about in a busy loop either", () => {
    const device = open();
    const wrong = {
      sums: { [BUCKET]: [1, 1] as const },
      rows: { [BUCKET]: [customerRow(100)] },
      repair: { [BUCKET]: [0] },
    };
    receive(device, wrong);
    let rounds = 0;
    for (; device.engine.isSuspect && rounds < 10; rounds += 1) {
      device.engine.request({});
      receive(device, wrong);
    }
    expect(rounds).toBe(2);
  });

  test("a server that does not say what differs is not asked again", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, sums: { [BUCKET]: [1, 1] } });
    device.engine.request({});
    receive(device, { seq: 1 });
    expect(device.engine.isSuspect).toBe(false);
  });
});

describe("the audit", () => {
  test("of a large bucket is done in slices before its partitions are told", () => {
    const device = open();
    const rows = Array.from({ length: 2500 }, (_, at) => customerRow(1000 + at));
    receive(device, { rows: { [BUCKET]: rows } });
    receive(device, { seq: 2, sums: { [BUCKET]: [1, 2500] } });
    expect(device.engine.isSuspect).toBe(false);
    expect(device.engine.request({})).not.toHaveProperty("check");
    let slices = 0;
    while (!device.engine.isSuspect) {
      expect(device.engine.workOff()).toBe("soon");
      slices += 1;
    }
    expect(slices).toBeGreaterThan(4);
    expect(sumsFromText(device.engine.request({}).check?.[BUCKET] ?? "")).toEqual(partitionChecksums(rows));
  });

  test("of everything is due where the last one lies ahead, because the clock did then", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
    while (device.engine.workOff() !== null);
    device.world.ms += 366 * AUDIT_EVERY_MS;
    while (device.engine.workOff() !== null);
    device.world.ms = NOW + AUDIT_EVERY_MS;
    const sum = () => device.database.get<{ sum: number }>("SELECT sum FROM customer_row")?.sum;
    const before = sum();
    device.database.run("UPDATE customer_row SET sum = sum + 1");
    while (device.engine.workOff() !== null);
    expect(sum()).toBe(before);
    // Done: the next one a day later.
    expect(device.engine.workOff()).toBeNull();
  });

  test("of everything runs once a day when nothing else is to be done, and goes on after a restart", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: Array.from({ length: 1200 }, (_, at) => customerRow(1000 + at)) } });
    const server = { [BUCKET]: sumsOf(device).running[BUCKET] as readonly [number, number] };
    const sums = { shared: [0, 0] as const, [`u:${PERSON}`]: [0, 0] as const, ...server };
    receive(device, { sums });
    while (device.engine.workOff() !== null);
    device.world.ms += AUDIT_EVERY_MS;
    expect(device.engine.workOff()).toBe("later");
    const again = open(7, device.database, device.world);
    let slices = 0;
    while (again.engine.workOff() !== null) slices += 1;
    expect(slices).toBeGreaterThan(0);
    expect(again.engine.workOff()).toBeNull();
    // Spoilt after the audit: found by the next one, a day later.
    again.database.run("UPDATE customer_doc SET doc = '{' WHERE n = 700");
    again.world.ms = NOW;
    receive(again, { sums });
    expect(again.engine.request({})).not.toHaveProperty("verify");
    again.world.ms += AUDIT_EVERY_MS;
    again.world.ms += AUDIT_EVERY_MS;
    while (again.engine.workOff() !== null);
    expect(again.engine.request({}).verify).toBe(true);
    receive(again, { sums });
    expect(again.engine.isSuspect).toBe(true);
  });
});

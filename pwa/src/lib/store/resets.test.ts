import { describe, expect, test } from "vitest";
import {
  BUCKET,
  customerRow,
  dump,
  type Fixture,
  id,
  open,
  PERSON,
  receive,
  row,
  shown,
  sumsOf,
  TERRITORY,
} from "./fixtures.ts";
import type { NodeDatabase } from "./node-database.ts";

const RESET = [{ control: "reset", bucket: BUCKET }] as const;
const C = id(100);

/** A device that has read customers 100 to 104 and their visits. */
function filled(): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: [100, 101, 102, 103, 104].flatMap(withVisit) }, seq: 50 });
  return device;
}

function withVisit(number: number) {
  const customer = id(number);
  const visit = row("visit", id(number + 100), customer, { customer, person: PERSON, status: "done" });
  return [customerRow(number), visit];
}

/** The numbers of the customers that the device shows. */
function held({ database }: Fixture): number[] {
  return database.all<{ id: string }>("SELECT id FROM customer ORDER BY id").map((found) => Number(found.id.slice(-3)));
}

const visits = ({ database }: Fixture) => database.get<{ n: number }>("SELECT count(*) AS n FROM visit")?.n;

describe("reading a bucket again from 0", () => {
  test("what was not met is gone when the bucket is complete, and not before", () => {
    const device = filled();
    receive(device, {
      rows: { [BUCKET]: [100, 101].flatMap(withVisit) },
      control: RESET,
      seq: 2,
      complete: [],
      more: true,
    });
    expect(held(device)).toEqual([100, 101, 102, 103, 104]);
    receive(device, { rows: { [BUCKET]: [103, 105].flatMap(withVisit) }, seq: 5 });
    expect(held(device)).toEqual([100, 101, 103, 105]);
    expect(visits(device)).toBe(4);
    expect(device.engine.cursors()[BUCKET]).toEqual([1, 5]);
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
  });

  test("another epoch, as after a restore, is read from 0 likewise", () => {
    const device = filled();
    receive(device, { rows: { [BUCKET]: withVisit(102) }, cursors: { [BUCKET]: [1_795_000_000_000, 7] } });
    expect(held(device)).toEqual([102]);
    expect(device.engine.cursors()[BUCKET]).toEqual([1_795_000_000_000, 7]);
  });

  test("other buckets are left alone", () => {
    const device = filled();
    receive(device, { rows: { shared: [row("product", id(30), "shared", { name: "Flour" })] }, seq: 51 });
    receive(device, { control: RESET, seq: 51 });
    expect(held(device)).toEqual([]);
    expect(shown(device, "product", id(30))).toBeDefined();
  });

  test("each bucket that had been read counts as one reset, in what the device tells of itself", () => {
    const device = filled();
    expect(device.engine.request({}).report?.resets).toBe(0);
    receive(device, { control: RESET, seq: 2, complete: [], more: true });
    receive(device, { seq: 3 });
    expect(device.engine.request({}).report?.resets).toBe(1);
  });

  test("the first reading is no reset and sweeps nothing", () => {
    const device = open();
    receive(device, { rows: { [BUCKET]: withVisit(100) }, cursors: { [BUCKET]: [1, 0] }, complete: [], more: true });
    receive(device, { rows: { [BUCKET]: withVisit(101) }, seq: 4 });
    expect(held(device)).toEqual([100, 101]);
    expect(device.engine.request({}).report?.resets).toBe(0);
  });

  test("a second reset in the middle begins a second round", () => {
    const device = filled();
    receive(device, { rows: { [BUCKET]: withVisit(100) }, control: RESET, seq: 1, complete: [], more: true });
    receive(device, { rows: { [BUCKET]: withVisit(101) }, control: RESET, seq: 1, complete: [], more: true });
    receive(device, { rows: { [BUCKET]: withVisit(102) }, seq: 2 });
    expect(held(device)).toEqual([101, 102]);
  });

  test("the same reply again goes on to the same end", () => {
    const device = filled();
    const first = { rows: { [BUCKET]: withVisit(100) }, control: RESET, seq: 1, complete: [], more: true } as const;
    receive(device, first);
    receive(device, first);
    receive(device, { rows: { [BUCKET]: withVisit(101) }, seq: 2 });
    expect(held(device)).toEqual([100, 101]);
  });

  test("a crash at any step of any page leaves the page before, and the rest comes to the same end", () => {
    const pages = [
      { rows: { [BUCKET]: [100, 101].flatMap(withVisit) }, control: RESET, seq: 2, complete: [], more: true },
      { rows: { [BUCKET]: [103, 105].flatMap(withVisit) }, seq: 5, complete: [], more: true },
      { seq: 5 },
    ] as const;
    const whole = filled();
    for (const page of pages) receive(whole, page);
    for (const [at, page] of pages.entries()) {
      for (let step = 1; ; step += 1) {
        const device = filled();
        for (const earlier of pages.slice(0, at)) receive(device, earlier);
        const before = dump(device.database);
        if (!killedAt(device.database, step, () => receive(device, page))) break;
        expect(dump(device.database)).toBe(before);
        const again = open(7, device.database);
        for (const later of pages.slice(at)) receive(again, later);
        expect(held(again)).toEqual(held(whole));
      }
    }
  });
});

describe("edits while a bucket is read again", () => {
  test("a record with an unsent edit stays although it was not met, and goes when the server refuses the edit", () => {
    const device = filled();
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, { control: RESET, seq: 60 });
    expect(held(device)).toEqual([100]);
    expect(shown(device, "customer", C)).toMatchObject({ city: "unsent", name: "Customer 100" });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "rejected", code: "missing_field" }], seq: 60 });
    expect(held(device)).toEqual([]);
    expect(sumsOf(device).running).toEqual({});
  });

  test("a new record that is not sent yet is never swept, and counts once the server has it", () => {
    const device = filled();
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    receive(device, { control: RESET, seq: 60 });
    expect(held(device)).toEqual([110]);
    receive(device, { pushed: 1, seq: 61 });
    expect(held(device)).toEqual([110]);
    const { running, real } = sumsOf(device);
    expect(running[BUCKET]?.[1]).toBe(1);
    expect(running).toEqual(real);
  });

  test("what the server took meanwhile counts as met, although it is not echoed", () => {
    const device = filled();
    receive(device, { rows: { [BUCKET]: withVisit(100) }, control: RESET, seq: 2, complete: [], more: true });
    device.save({ kind: "customer", id: id(104), root: id(104), v: { city: "kept" } });
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    receive(device, { pushed: 2, seq: 9 });
    expect(held(device)).toEqual([100, 104, 110]);
  });

  test("what the very reply confirms that resets the bucket must be among its rows: it may have left since", () => {
    const device = filled();
    device.save({ kind: "customer", id: id(104), root: id(104), v: { city: "sent before" } });
    receive(device, { pushed: 1, rows: { [BUCKET]: withVisit(100) }, control: RESET, seq: 9 });
    expect(held(device)).toEqual([100]);
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
  });

  test("an edit saved and refused in between does not save a record that was not met", () => {
    const device = filled();
    receive(device, { rows: { [BUCKET]: withVisit(100) }, control: RESET, seq: 2, complete: [], more: true });
    device.save({ kind: "customer", id: id(104), root: id(104), v: { city: "refused" } });
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "rejected", code: "forbidden" }],
      seq: 3,
      complete: [],
      more: true,
    });
    receive(device, { seq: 4 });
    expect(held(device)).toEqual([100]);
  });

  test("a record that the restored server lacks is made again by the edits alone, as the server has it", () => {
    const device = filled();
    device.save({ kind: "customer", id: id(110), root: id(110), v: { name: "New", territory: TERRITORY } });
    receive(device, { pushed: 1, seq: 51 });
    receive(device, {
      pushed: 0,
      rows: { [BUCKET]: withVisit(100) },
      cursors: { [BUCKET]: [2, 9] },
    });
    expect(held(device)).toEqual([100, 110]);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [2, 10] } });
    expect(shown(device, "customer", id(110))).toEqual({ name: "New", territory: TERRITORY });
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
    expect(running[BUCKET]?.[1]).toBe(3);
  });
});

describe("the view", () => {
  test("is remembered and named in the next request; a bucket reset because of it loses what was not met", () => {
    const device = open();
    expect(device.engine.request({}).view).toBeUndefined();
    receive(device, { view: "full", rows: { [BUCKET]: [customerRow(100, { cost_to_serve_12m: 5 })] }, seq: 3 });
    expect(device.engine.request({}).view).toBe("full");
    receive(device, { view: "rep", rows: { [BUCKET]: [customerRow(100)] }, control: RESET, seq: 3 });
    expect(shown(device, "customer", C)).not.toHaveProperty("cost_to_serve_12m");
    expect(device.engine.request({}).view).toBe("rep");
  });

  test("a server that names none does not make the device forget it", () => {
    const device = open();
    receive(device, { view: "full" });
    receive(device, { view: "" });
    expect(device.engine.request({}).view).toBe("full");
  });
});

/** Runs `work` and lets its statement number `step` fail; false if it needed fewer. */
function killedAt(database: NodeDatabase, step: number, work: () => void): boolean {
  const run = database.run.bind(database);
  let steps = 0;
  database.run = (sql, parameters) => {
    steps += 1;
    if (steps === step) throw new Error("killed");
    return run(sql, parameters);
  };
  try {
    work();
    return false;
  } catch (error) {
    expect(String(error)).toContain("killed");
    return true;
  } finally {
    database.run = run;
  }
}

import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, type Fixture, id, NOW, open, receive, reply } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const DAY = 24 * 3_600_000;
const LEASE = 14 * DAY;
const C = id(100);
const read = ({ engine }: Fixture) => engine.query("customer.one", { id: C })?.customer.name;

function leased(database = new NodeDatabase()): Fixture {
  const device = open(7, database);
  receive(device, { rows: { [BUCKET]: [customerRow(100)] }, lease: LEASE });
  return device;
}

describe("the lease", () => {
  test("locks what is held once there was no contact for longer, keeping what waits to be sent", () => {
    const device = leased();
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    device.world.ms = NOW + LEASE;
    expect([device.engine.lock, read(device)]).toEqual([null, "Customer 100"]);
    device.world.ms += 1;
    expect(device.engine.lock).toBe("lease");
    expect(() => read(device)).toThrow("locked");
    expect(device.engine.unsent()).toHaveLength(1);
    expect(device.engine.request({}).edits).toHaveLength(1);
    expect(JSON.parse(device.engine.exportUnsent()).edits).toHaveLength(1);
  });

  test("what is being typed when it ends is still saved", () => {
    const device = leased();
    device.world.ms = NOW + LEASE + 1;
    expect(device.save({ kind: "customer", id: C, root: C, v: { city: "last" } })).toEqual([1]);
  });

  test("ends with the next contact", () => {
    const device = leased();
    device.world.ms = NOW + LEASE + DAY;
    device.engine.apply({ ...reply({ lease: LEASE }), now: device.world.ms }, device.world.ms, device.world.ms);
    expect([device.engine.lock, read(device)]).toEqual([null, "Customer 100"]);
  });

  test("is not made longer by setting the clock back, not even over a restart", () => {
    const database = new NodeDatabase();
    const device = leased(database);
    device.world.ms = NOW + LEASE + DAY;
    device.engine.noteTime();
    device.world.ms = NOW;
    expect(device.engine.lock).toBe("lease");
    expect(open(7, database).engine.lock).toBe("lease");
  });

  test("is used up by what a clock goes on that is set back again and again", () => {
    const device = leased();
    const days = () => {
      for (let day = 0; day < 100; day += 1) {
        for (let minute = 0; minute < 8 * 60; minute += 1) {
          device.world.ms += 60_000;
          device.engine.noteTime();
          if (device.engine.lock !== null) return day;
        }
        device.world.ms -= DAY / 3;
      }
      return null;
    };
    expect(days()).toBe(42); // of eight hours
    receive(device, { lease: LEASE });
    expect(device.engine.lock).toBeNull();
  });

  test("is not used up by a clock that stood at nothing for a while and was set right", () => {
    const device = leased();
    for (let start = 0; start < 20; start += 1) {
      device.world.ms = 0;
      device.engine.noteTime();
      device.world.ms = NOW + DAY;
      device.engine.noteTime();
    }
    expect(device.engine.lock).toBeNull();
  });

  test("of a clock that was ahead by mistake is set right by contact", () => {
    const device = leased();
    device.world.ms = NOW + 400 * DAY;
    device.engine.noteTime();
    expect(device.engine.lock).toBe("lease");
    device.world.ms = NOW + DAY;
    device.engine.apply({ ...reply({ lease: LEASE }), now: NOW + DAY }, device.world.ms, device.world.ms);
    device.world.ms = NOW + 2 * DAY;
    expect(device.engine.lock).toBeNull();
  });

  test("of 0 never ends, nor does one before the first contact", () => {
    const device = open();
    device.world.ms += 1000 * DAY;
    expect(device.engine.lock).toBeNull();
    receive(device, { lease: 0 });
    device.world.ms += 1000 * DAY;
    expect(device.engine.lock).toBeNull();
  });

  test("is measured on the server's clock where the device's own is wrong", () => {
    const device = open();
    device.world.ms = NOW - 400 * DAY;
    receive(device, { rows: { [BUCKET]: [customerRow(100)] }, lease: LEASE });
    device.world.ms += LEASE;
    expect(device.engine.lock).toBeNull();
    device.world.ms += 1;
    expect(device.engine.lock).toBe("lease");
  });

  test("is looked at without writing to the disk all the time", () => {
    const device = leased();
    let writes = 0;
    const run = device.database.run.bind(device.database);
    device.database.run = (sql, parameters) => {
      writes += 1;
      return run(sql, parameters);
    };
    for (let second = 0; second < 600; second += 1) {
      device.world.ms += 1000;
      device.engine.noteTime();
    }
    expect(writes).toBeLessThan(11);
  });
});

describe("a wipe", () => {
  const WIPE = { control: [{ control: "wipe" }], grants: [], cursors: {}, complete: [] } as const;

  test("is due at once where nothing is unsent, and what was held is gone already", () => {
    const device = leased();
    expect(device.engine.isWipeDue).toBe(false);
    receive(device, WIPE);
    expect(device.engine.isWipeDue).toBe(true);
    expect(device.database.get("SELECT count(*) AS n FROM customer")).toEqual({ n: 0 });
    expect(device.engine.cursors()).toEqual({});
  });

  test("waits until the server has what was not sent; nothing can be read meanwhile", () => {
    const device = leased();
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, WIPE);
    expect([device.engine.isWipeDue, device.engine.lock]).toEqual([false, "wipe"]);
    expect(() => read(device)).toThrow("locked");
    expect(device.engine.request({}).edits).toMatchObject([{ v: { city: "unsent" } }]);
    receive(device, { ...WIPE, pushed: 1 });
    expect(device.engine.isWipeDue).toBe(true);
  });

  test("is remembered over a restart, with and without contact", () => {
    const database = new NodeDatabase();
    const device = leased(database);
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, WIPE);
    expect(open(7, database).engine.lock).toBe("wipe");
    receive(device, { pushed: 1 });
    expect(open(7, database).engine.isWipeDue).toBe(true);
  });

  test("is over where its person signs in again under another number: he sees the book, and what became of his work", () => {
    const database = new NodeDatabase();
    const device = leased(database);
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, WIPE);
    const again = open(9, database);
    expect(again.engine.lock).toBeNull();
    expect(JSON.parse(again.engine.exportUnsent()).edits).toHaveLength(1);
    receive(again, { pushed: 1, verdicts: [{ n: 1, verdict: "rejected", code: "forbidden", message: "No." }] });
    expect([again.engine.isWipeDue, again.engine.attention]).toEqual([false, 1]);
  });
  test("takes along what was acknowledged under the former number: no restored server is offered it", () => {
    const database = new NodeDatabase();
    const device = leased(database);
    device.save({ kind: "customer", id: C, root: C, v: { city: "sent" } });
    receive(device, { pushed: 1 });
    const kept = () => database.get<{ n: number }>("SELECT count(*) AS n FROM kept")?.n;
    expect(kept()).toBe(1);
    device.save({ kind: "customer", id: C, root: C, v: { city: "unsent" } });
    receive(device, { ...WIPE, pushed: 1 });
    expect(kept()).toBe(1);
    open(9, database);
    expect(kept()).toBe(0);
  });
});

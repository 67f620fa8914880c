import { describe, expect, test, vi } from "vitest";
import type { SyncReply, SyncRequest } from "$sync/messages.ts";
import type { Exchange, Transport } from "../sync/transport.ts";
import { BUCKET, customerRow, type Fixture, FullDatabase, id, open, receive, reply, sumOf } from "./fixtures.ts";
import { Leader } from "./leader.ts";

const C = id(100);
const DAY = 24 * 3_600_000;

/** A server that has everything, and whose answers say what `given` says first. */
class Server implements Transport {
  readonly requests: SyncRequest[] = [];
  isReachable = true;
  script: Parameters<typeof reply>[0][] = [];

  async exchange(request: SyncRequest): Promise<Exchange> {
    if (!this.isReachable) return { kind: "unreachable" };
    this.requests.push(request);
    const pushed = request.edits?.at(-1)?.n ?? request.ack ?? 0;
    const answer: SyncReply = reply({ pushed, ...this.script.shift() });
    return { kind: "reply", reply: answer };
  }

  listen() {
    return { close: () => {} };
  }
}

function known(database = new FullDatabase()): Fixture & { readonly database: FullDatabase } {
  const device = open(7, database);
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  return { ...device, database };
}

function lead(device: Fixture) {
  const server = new Server();
  const faults: unknown[] = [];
  const leader = new Leader({
    version: "test",
    engine: device.engine,
    file: { database: device.database, isLasting: true, release() {}, remove: async () => {} },
    keeper: null,
    transport: server,
    files: null,
    timers: {
      now: () => device.world.now(),
      after(ms, work) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    random: () => 0.5,
    listeners: { changed() {}, status() {}, fault: (reason) => faults.push(reason), wiped() {} },
  });
  return { leader, server, faults };
}

describe("a device that is full", () => {
  vi.useFakeTimers();

  test("is opened all the same: what is unsent can be exported, and is sent", async () => {
    const before = known();
    before.save({ kind: "customer", id: C, root: C, v: { city: "Hel" } });
    before.database.isFull = true;
    before.world.ms += 2 * 60_000;
    const device = open(7, before.database, before.world);
    expect(JSON.parse(device.engine.exportUnsent()).edits).toHaveLength(1);
    const { leader, server } = lead(device);
    await vi.advanceTimersByTimeAsync(100);
    expect(leader.status.phase).toEqual({ name: "failed", code: "storage_full" });
    expect(server.requests[0]?.edits).toHaveLength(1);
    before.database.isFull = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leader.status).toMatchObject({ phase: { name: "ready" }, waiting: 0 });
    leader.close();
  });

  test("is opened although its indexes could not be made, and makes them once there is room", async () => {
    const before = known();
    before.database.run("UPDATE meta SET value = '0' WHERE name = 'indexed'"); // as a new version of the app leaves it
    before.database.isFull = true;
    const device = open(7, before.database, before.world);
    expect(device.engine.phase.name).toBe("first_sync");
    before.database.isFull = false;
    const { leader } = lead(device);
    await vi.advanceTimersByTimeAsync(100);
    expect(leader.status.phase.name).toBe("ready");
    leader.close();
  });

  test("tells of it where work that nobody waits for fails, and goes on by itself when there is room", async () => {
    const device = known();
    const { leader, server, faults } = lead(device);
    await vi.advanceTimersByTimeAsync(100);
    server.isReachable = false;
    device.database.isFull = true;
    device.world.ms += DAY; // an audit is due, and the clock is looked at
    await vi.advanceTimersByTimeAsync(61_000);
    expect(leader.status.phase).toEqual({ name: "failed", code: "storage_full" });
    device.database.isFull = false;
    server.isReachable = true;
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(leader.status.phase.name).toBe("ready");
    expect(faults).toEqual([]);
    leader.close();
  });

  test("sends again once there is room, also where a checksum was to be told meanwhile", async () => {
    const device = known();
    const { leader, server } = lead(device);
    server.script = [{ sums: { [BUCKET]: sumOf(customerRow(100), customerRow(101)) } }];
    const apply = device.engine.apply.bind(device.engine);
    device.engine.apply = (...given) => {
      apply(...given);
      device.database.isFull = true;
    };
    await vi.advanceTimersByTimeAsync(1_000);
    device.engine.apply = apply;
    expect(leader.status.syncing).toBe(false);
    device.database.isFull = false;
    device.save({ kind: "customer", id: C, root: C, v: { city: "Hel" } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leader.status.waiting).toBe(0);
    leader.close();
  });

  test("is found to have room again also without a network", async () => {
    const device = known();
    const { leader, server } = lead(device);
    await vi.advanceTimersByTimeAsync(100);
    server.isReachable = false;
    device.database.isFull = true;
    device.world.ms += DAY;
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(leader.status.phase).toEqual({ name: "failed", code: "storage_full" });
    device.database.isFull = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leader.status.phase.name).toBe("ready");
    leader.close();
  });

  test("tells of it where somebody's work cannot be saved, and takes it back with what is saved next", async () => {
    const device = known();
    const { leader } = lead(device);
    await vi.advanceTimersByTimeAsync(100);
    const write = (key: string) =>
      leader.answer({
        name: "write",
        changes: [{ kind: "customer", id: C, root: C, v: { city: "Hel" } }],
        key,
        together: false,
      });
    device.database.isFull = true;
    expect(await write("a")).toMatchObject({ ok: false, code: "storage_full" });
    expect(leader.status.phase).toEqual({ name: "failed", code: "storage_full" });
    device.database.isFull = false;
    expect(await write("b")).toMatchObject({ ok: true });
    expect(leader.status.phase.name).toBe("ready");
    leader.close();
  });
});

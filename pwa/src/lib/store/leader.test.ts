import { describe, expect, test, vi } from "vitest";
import type { SyncRequest } from "$sync/messages.ts";
import type { Exchange, Transport } from "../sync/transport.ts";
import { MemoryBox, PartServer } from "./files/fixtures.ts";
import { photo } from "./files/uploading.ts";
import { BUCKET, customerRow, type Fixture, id, NOW, open, PERSON, reply, row } from "./fixtures.ts";
import { type FileParts, Leader, type Listeners } from "./leader.ts";
import { type Later, Queries } from "./queries/index.ts";
import { LATER } from "./queries/later.ts";
import type { UnsentChange } from "./unsent.ts";
import type { Answer } from "./wire.ts";

const C = id(100);
const DAY = 24 * 3_600_000;
type Given = Parameters<typeof reply>[0];

/** A server that answers by a script, and then that nothing is new. */
class ScriptedServer implements Transport {
  readonly requests: SyncRequest[] = [];
  script: ((request: SyncRequest) => Given)[] = [];
  isReachable = true;

  async exchange(request: SyncRequest): Promise<Exchange> {
    this.requests.push(request);
    if (!this.isReachable) return { kind: "unreachable" };
    const given = this.script.shift()?.(request) ?? {};
    const pushed = request.edits?.at(-1)?.n ?? request.ack ?? 0;
    const answer = reply({ pushed, ...given });
    return { kind: "reply", reply: answer };
  }

  listen() {
    return { close: () => {} };
  }
}

/** A device with its leader; timers go when told to, what was dropped is written down in order. */
function lead({
  isLasting = true,
  device = open(),
  files = null,
  changed = () => {},
}: {
  isLasting?: boolean;
  device?: Fixture;
  files?: FileParts | null;
  changed?: Listeners["changed"];
} = {}) {
  const server = new ScriptedServer();
  const gone: string[] = [];
  const kept: UnsentChange[] = [];
  const keeper = {
    isFull: false,
    async keep(change: UnsentChange) {
      if (this.isFull) throw new DOMException("no room", "QuotaExceededError");
      kept.push(change);
    },
    drop: async () => void gone.push("kept edits"),
  };
  const told: string[][] = [];
  /** By how much a screen takes the clock to be wrong, as the last status said. */
  const shown = { clockOffset: 0 };
  const leader = new Leader({
    version: "test",
    engine: device.engine,
    file: {
      database: device.database,
      isLasting,
      release: () => device.database.close(),
      remove: async () => void gone.push("file"),
    },
    keeper: isLasting ? null : keeper,
    transport: server,
    files,
    timers: {
      now: () => device.world.now(),
      after(ms, work) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    random: () => 0.5,
    listeners: {
      changed: (topics) => {
        told.push([...topics]);
        changed(topics);
      },
      status: ({ clockOffset }) => void Object.assign(shown, { clockOffset }),
      fault: (reason) => {
        throw reason;
      },
      wiped: () => gone.push("told"),
    },
    beside: [{ drop: () => Promise.reject(new Error("closed")) }, { drop: async () => void gone.push("roads") }],
    forgetAccount: async () => void gone.push("sign-in"),
  });
  return { leader, server, device, gone, kept, keeper, told, shown };
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

const find = { name: "query", query: "record.one", parameters: { kind: "customer", id: C } } as const;
/** What is fetched later. */
const facets = { name: "query", query: "customers.facets", parameters: { limit: 9 } } as const;
const change = (city: string) => ({ kind: "customer", id: C, root: C, v: { city } }) as const;
const write = (city: string) => ({ name: "write", changes: [change(city)], key: city, together: false }) as const;
const first = (): Given => ({ rows: { [BUCKET]: [customerRow(100)] }, lease: 14 * DAY });

describe("the leader", () => {
  vi.useFakeTimers();

  test("answers what is fetched later once that has come, with what stands there by then, and tells of what comes after", async () => {
    const coming = Promise.withResolvers<Later>();
    const device = open(7, undefined, undefined, "rep", new Queries(() => coming.promise));
    const said: unknown[] = [];
    const { leader, server } = lead({ device, changed: (topics) => said.push(topics.includes("customer")) });
    server.script = [first];
    await pass(100);
    server.isReachable = false;
    said.length = 0;
    const say = (answer: Answer) => said.push(answer.ok ? [answer.value, answer.reads] : answer.code);
    void leader.answer(facets).then(say);
    void leader.answer(find).then(({ ok }) => said.push(`first ${ok}`));
    void leader.answer(write("Lodz")).then(({ ok }) => said.push(`saved ${ok}`));
    await pass(100);
    expect(said).toEqual([true, "first true", "saved true"]);
    coming.resolve(LATER);
    await pass(0);
    const cities = [{ value: "Lodz", count: 1 }];
    expect(said.slice(3)).toEqual([[expect.objectContaining({ cities }), ["customer"]]]);
    await leader.answer(write("Opole"));
    expect(said.slice(4)).toEqual([true]);
    leader.close();
  });

  test("answers with an error what could not be fetched, and fetches it with the next question", async () => {
    let failures = 1;
    const load = async () => {
      failures -= 1;
      if (failures >= 0) throw new TypeError("no network");
      return LATER;
    };
    const { leader, server } = lead({ device: open(7, undefined, undefined, "rep", new Queries(load)) });
    server.script = [first];
    await pass(100);
    expect(await leader.answer(facets)).toEqual({ ok: false, code: "not_fetched", message: "no network" });
    expect(await leader.answer(facets)).toMatchObject({ ok: true });
    leader.close();
  });

  test("fetches what screens ask for later soon after the first answer, and not before", async () => {
    const queries = new Queries(async () => LATER);
    const { leader, server } = lead({ device: open(7, undefined, undefined, "rep", queries) });
    server.script = [first];
    await pass(5_000);
    expect(queries.has("customers.facets")).toBe(false);
    await leader.answer(find);
    expect(queries.has("customers.facets")).toBe(false);
    await pass(5_000);
    expect(queries.has("customers.facets")).toBe(true);
    leader.close();
  });

  test("answers who waits for what is being fetched that it is closed, where somebody signs out meanwhile", async () => {
    const coming = Promise.withResolvers<Later>();
    const { leader, server } = lead({
      device: open(7, undefined, undefined, "rep", new Queries(() => coming.promise)),
    });
    server.script = [first];
    await pass(100);
    const asked = leader.answer(facets);
    await leader.answer({ name: "sign_out", exported: false });
    coming.resolve(LATER);
    expect(await asked).toMatchObject({ ok: false, code: "closed" });
  });

  test("reports the files that it has not sent yet with the next request", async () => {
    const { leader, server } = lead({
      files: { box: new MemoryBox(), transport: new PartServer(), network: () => "metered" },
    });
    server.script = [first];
    await pass(100);
    await leader.answer({ name: "files_wifi_only", wifiOnly: true });
    const bytes = new ArrayBuffer(9);
    const v = {
      customer: C,
      person: PERSON,
      type: "document" as const,
      media_type: "text/csv",
      size: 9,
      digest: "d".repeat(64),
      taken_at: NOW,
    };
    const answer = await leader.answer({
      name: "add_file",
      change: { kind: "file", id: id(7), root: C, v },
      key: "file",
      contents: [{ part: "file", digest: v.digest, mediaType: v.media_type, bytes }],
    });
    expect(answer).toMatchObject({ ok: true, value: { saved: true } });
    await pass(60_000);
    const [before, after] = [server.requests.at(0), server.requests.at(-1)];
    expect([before?.report?.files, after?.report?.files]).toEqual([0, 1]);
  });

  test("lets go of a removed photo's bytes by the server's time alone, wherever this phone's clock stands", async () => {
    const device = open();
    const files: FileParts = { box: new MemoryBox(), transport: new PartServer(), network: () => "metered" };
    device.world.ms = NOW + 366 * DAY; // a year ahead, from the first
    const { leader, server } = lead({ device, files });
    server.script = [first];
    await pass(100);
    await leader.answer({ name: "files_wifi_only", wifiOnly: true });
    const { change: made, contents } = photo(1);
    await leader.answer({ name: "add_file", change: made, key: "photo", contents });
    const removal = { kind: "file", id: made.id, root: C, v: { deleted: true } } as const;
    await leader.answer({ name: "write", changes: [removal], key: "removal", together: false });
    await pass(100);
    const startsAgain = async (now: number | null = null) => {
      const { server } = lead({ device, files });
      server.isReachable = now !== null;
      server.script = Array.from({ length: 9 }, () => () => ({ now: now ?? NOW }));
      await pass(100);
      return files.box.list();
    };
    expect(await startsAgain()).toHaveLength(2);
    device.world.ms += 366 * DAY; // somebody has set it, and the server says nothing of that yet
    expect(await startsAgain()).toHaveLength(2);
    device.world.ms = 0;
    await startsAgain(NOW + 181 * DAY);
    expect(await startsAgain()).toHaveLength(0);
  });

  test("goes on under another number with what waits, and heeds no answer to what it asked under the former one", async () => {
    const { leader, server, device, told } = lead();
    server.script = [first];
    await pass(100);
    server.isReachable = false;
    await leader.answer(write("Łódź"));
    await pass(100);
    server.isReachable = true;
    const late = Promise.withResolvers<Exchange>();
    const exchange = vi.spyOn(server, "exchange").mockReturnValueOnce(late.promise);
    leader.wake("button");
    await pass(100);
    expect(exchange).toHaveBeenCalledOnce();
    told.length = 0;

    leader.adopt({ ...device.engine.account, device: 9 });
    late.resolve({ kind: "reply", reply: reply({ pushed: 1 }) });
    await pass(100);
    const { device: number, edits } = server.requests.at(-1) ?? {};
    expect([number, edits?.map(({ n, v }) => [n, v])]).toEqual([9, [[1, { city: "Łódź" }]]]);
    expect(device.engine.waiting).toBe(0);
    expect(told.flat()).toContain("customer");
    const asked = server.requests.length;
    leader.adopt({ ...device.engine.account });
    await pass(100);
    expect(server.requests.length).toBe(asked);
  });

  test("tells that the clock was put right before it tells what has become of what was written by the wrong one", async () => {
    const heard: number[] = [];
    const { leader, server, device, shown } = lead({ changed: () => heard.push(shown.clockOffset) });
    server.script = [first];
    await pass(100);
    expect(shown.clockOffset).toBe(0);
    heard.length = 0;
    server.script = [() => ({ rows: { [BUCKET]: [customerRow(101)] }, seq: 3, now: device.world.ms - DAY })];
    leader.wake("button");
    await pass(100);
    expect(heard[0]).toBeLessThan(-DAY / 2);
    leader.close();
  });

  test("tells what its person may do by now, but not from what a wipe has left", async () => {
    const { leader, server, device } = lead();
    const manager = row("person", PERSON, "shared", { name: "Marek", role: "manager" });
    server.script = [() => ({ rows: { shared: [manager] } })];
    expect(leader.status.role).toBe("rep");
    await pass(100);
    expect(leader.status.role).toBe("manager");
    device.save({ kind: "customer", id: C, root: C, v: { name: "Bakery", territory: id(3) } });
    server.script = [
      () => {
        server.isReachable = false;
        return { pushed: 0, control: [{ control: "wipe" }], grants: [], cursors: {}, complete: [] };
      },
    ];
    leader.wake("button");
    await pass(100);
    expect([leader.status.locked, leader.status.role]).toEqual(["wipe", null]);
  });

  test("locks every screen when the lease runs out, and unlocks with the next contact", async () => {
    const { leader, server, device, told } = lead();
    server.script = [first];
    await pass(100);
    expect(leader.status.locked).toBeNull();
    server.isReachable = false;
    device.world.ms += 14 * DAY + 1;
    told.length = 0;
    await pass(60_000);
    expect(leader.status.locked).toBe("lease");
    expect(told.flat()).toContain("customer");
    expect(await leader.answer(find)).toMatchObject({ ok: false, code: "locked" });
    // His own unsent work stays his; what was being typed is saved, and goes with the contact that unlocks.
    expect(await leader.answer(write("typed"))).toMatchObject({ ok: true, value: { saved: true } });
    expect(await leader.answer({ name: "export" })).toMatchObject({ ok: true });
    server.isReachable = true;
    server.script = [() => ({ lease: 14 * DAY, now: device.world.ms })];
    leader.wake("return");
    await pass(100);
    expect(leader.status.locked).toBeNull();
    expect(await leader.answer(find)).toMatchObject({ ok: true });
    expect(server.requests.at(-1)?.edits?.[0]?.v).toEqual({ city: "typed" });
    leader.close();
  });

  test("locks every screen with the first question that comes after the lease, whenever the clock is looked at", async () => {
    const { leader, server, device, told } = lead();
    server.script = [first];
    await pass(100);
    server.isReachable = false;
    device.world.ms += 14 * DAY + 1;
    told.length = 0;
    expect(await leader.answer(find)).toMatchObject({ ok: false, code: "locked" });
    expect(told.flat()).toContain("customer");
    const before = told.length;
    expect(await leader.answer(find)).toMatchObject({ ok: false, code: "locked" });
    expect(told.length).toBe(before);
    leader.close();
  });

  test("wipes after the server has what was not sent: file, kept edits and sign-in, then tells", async () => {
    const { leader, server, gone } = lead({ isLasting: false });
    const wipe = { control: [{ control: "wipe" }], grants: [], cursors: {}, complete: [] } as const;
    server.script = [first];
    await pass(100);
    await leader.answer(write("unsent"));
    const carried: number[] = [];
    server.script = [
      () => ({ ...wipe, pushed: 0 }),
      (request) => {
        expect(gone).toEqual([]);
        carried.push(request.edits?.length ?? 0);
        return wipe;
      },
    ];
    await pass(10 * 60_000);
    expect(carried).toEqual([1]);
    expect(gone).toEqual(["kept edits", "roads", "file", "sign-in", "told"]);
    expect(await leader.answer(find)).toMatchObject({ ok: false, code: "closed" });
    const asked = server.requests.length;
    await pass(10 * 60_000);
    expect(server.requests).toHaveLength(asked);
  });

  const refusal = { n: 1, verdict: "rejected", code: "forbidden" } as const;
  const leave = (exported: boolean) => ({ name: "sign_out", exported }) as const;

  test("does not sign out over refused work, which is on this device alone", async () => {
    const { leader, server, gone } = lead();
    server.script = [first, () => ({ verdicts: [refusal] })];
    await pass(100);
    await leader.answer(write("Gdynia"));
    await pass(5_000);
    expect(leader.status).toMatchObject({ waiting: 0, refused: 1 });
    expect(await leader.answer(leave(false))).toMatchObject({ ok: true, value: { signedOut: false, waiting: 1 } });
    expect(gone).toEqual([]);
    await leader.answer({ name: "dismiss", attention: 1 });
    expect(await leader.answer(leave(false))).toMatchObject({ ok: true, value: { signedOut: true } });
  });

  test("signs out over unsent work only where all of it was exported", async () => {
    const { leader, server, gone } = lead();
    server.script = [first];
    await pass(100);
    server.isReachable = false;
    await leader.answer(write("Gdynia"));
    expect(await leader.answer(leave(true))).toMatchObject({ ok: true, value: { signedOut: false } });
    await leader.answer({ name: "export" });
    await leader.answer(write("typed after the file was made"));
    expect(await leader.answer(leave(true))).toMatchObject({ ok: true, value: { signedOut: false, waiting: 2 } });
    expect(gone).toEqual([]);
    await leader.answer({ name: "export" });
    expect(await leader.answer(leave(true))).toMatchObject({ ok: true, value: { signedOut: true } });
  });

  test("signs out where what was exported has been sent meanwhile, but not where some of it was refused", async () => {
    const signedOut: unknown[] = [];
    for (const verdicts of [[], [refusal]]) {
      const { leader, server } = lead();
      server.script = [first];
      await pass(100);
      server.isReachable = false;
      await leader.answer(write("Gdynia"));
      await leader.answer({ name: "export" });
      server.script = [() => ({ verdicts })];
      server.isReachable = true;
      leader.wake("button");
      await pass(5_000);
      const answer = await leader.answer(leave(true));
      signedOut.push(answer.ok && answer.value);
      leader.close();
    }
    expect(signedOut).toEqual([{ signedOut: true }, { signedOut: false, waiting: 1 }]);
  });

  test("tells of a write only when it is kept, where the database does not last", async () => {
    const { leader, kept, server } = lead({ isLasting: false });
    server.isReachable = false;
    await pass(100);
    expect(leader.status.keeping).toBe("not_kept");
    const made = { kind: "customer", id: C, root: C, v: { name: "New", territory: id(2) } } as const;
    await leader.answer({ name: "write", changes: [made], key: "made", together: false });
    expect(kept.flatMap(({ added }) => added.map(({ edit }) => edit.n))).toEqual([1]);
    expect(kept.flatMap(({ answered }) => answered.map(({ key }) => key))).toEqual(["made"]);
    await leader.answer(write("Lodz"));
    expect(kept.flatMap(({ added }) => added.map(({ edit }) => edit.n))).toEqual([1, 2]);
    leader.close();
  });

  test("what shows and will be sent is answered as saved, also where the browser has no room to keep it, and that is told", async () => {
    const device = open();
    const { leader, server, keeper } = lead({ isLasting: false, device });
    server.script = [first];
    await pass(100);
    server.isReachable = false;
    keeper.isFull = true;
    expect(await leader.answer(write("Lodz"))).toMatchObject({ ok: true, value: { saved: true } });
    expect(device.engine.waiting).toBe(1);
    expect(leader.status.phase).toEqual({ name: "failed", code: "storage_full" });
    leader.close();
  });

  test("asks at once when the audit of a large bucket has found where it differs", async () => {
    const { leader, server } = lead();
    const rows = Array.from({ length: 2500 }, (_, at) => customerRow(1000 + at));
    server.script = [() => ({ rows: { [BUCKET]: rows }, sums: { [BUCKET]: [1, 2500] } })];
    await pass(0);
    expect(server.requests).toHaveLength(1);
    await pass(5_000);
    expect(server.requests.some(({ check }) => check?.[BUCKET] !== undefined)).toBe(true);
    leader.close();
  });
});

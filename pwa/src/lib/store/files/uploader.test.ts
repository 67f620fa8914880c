import { beforeEach, describe, expect, test, vi } from "vitest";
import { BUCKET, customerRow, type Fixture, id, NOW, open, PERSON, receive, row } from "../fixtures.ts";
import { StoreError } from "../store-error.ts";
import { type Boxed, COPIES_BYTES, type Content, tooMany, trim } from "./box.ts";
import { MemoryBox, PartServer, problem } from "./fixtures.ts";
import { type Network, type NewContent, Uploader } from "./uploader.ts";

const C = id(100);
const digestOf = (number: number) => number.toString(16).padStart(64, "0");
const bytesOf = (size: number) => new Uint8Array(size).fill(7).buffer;

/** A device with its book, box and uploader, and a server; time goes when told to. */
function make({ device = open(), box = new MemoryBox(), server = new PartServer() } = {}) {
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  const world = { isClear: true, network: "free" as Network, life: 1 };
  const faults: unknown[] = [];
  const uploader = new Uploader({
    box,
    transport: server,
    timers: {
      now: () => Date.now(),
      after(ms, work) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    random: () => 0,
    network: () => world.network,
    isClear: () => world.isClear,
    record: (record) => device.engine.fileRecord(record),
    life: () => world.life,
    write: (change, key) => device.engine.write([change], key),
    changed: () => {},
    fault: (reason) => faults.push(reason),
  });
  return { uploader, box, server, device, world, faults };
}
type Made = ReturnType<typeof make>;

function photo(number: number, size = 300_000, thumbnail = 5_000) {
  const v = {
    customer: C,
    person: PERSON,
    type: "photo",
    media_type: "image/jpeg",
    size,
    digest: digestOf(number),
    thumbnail: digestOf(number + 1_000),
    thumbnail_size: thumbnail,
    taken_at: NOW,
  } as const;
  const contents: NewContent[] = [
    { part: "file", digest: v.digest, mediaType: v.media_type, bytes: bytesOf(size) },
    { part: "thumbnail", digest: v.thumbnail, mediaType: v.media_type, bytes: bytesOf(thumbnail) },
  ];
  return { change: { kind: "file", id: id(number), root: C, v } as const, contents };
}

async function add({ uploader, server }: Made, number: number, size?: number) {
  const { change, contents } = photo(number, size);
  for (const { digest, bytes } of contents) server.sizes[digest] = bytes.byteLength;
  return uploader.add(change, `photo ${number}`, contents);
}

/** What the server writes into the record, by sync. */
function hear(device: Fixture, number: number) {
  const { v } = photo(number).change;
  receive(device, {
    pushed: device.engine.unsent().at(-1)?.n ?? 0,
    rows: { [BUCKET]: [row("file", id(number), C, { ...v, stored: v.digest, stored_thumbnail: v.thumbnail }, 1_000)] },
  });
}

/** A backup of before the photo was restored: its record was offered again, and nothing says that its bytes are there. */
function loseStored({ device, server, world }: Made, number: number) {
  server.parts.clear();
  world.life += 1;
  const v = { ...photo(number).change.v, stored: null, stored_thumbnail: null };
  receive(device, {
    pushed: device.engine.unsent().at(-1)?.n ?? 0,
    rows: { [BUCKET]: [row("file", id(number), C, v, 5_000)] },
  });
}

/** The customer goes to somebody else, whose device has his files from then on. */
function takeAway({ device }: Made) {
  receive(device, { pushed: device.engine.unsent().at(-1)?.n ?? 0, grants: ["shared", `u:${PERSON}`] });
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});

describe("the uploader", () => {
  test("sends small pictures of all files before any file, and each chunk once", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    await add(made, 2);
    expect(made.uploader.status).toMatchObject({ waiting: 2, bytes: 610_000 });
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    const order = [...new Set(made.server.chunks.map(({ digest }) => digest))];
    expect(order).toEqual([digestOf(1_001), digestOf(1_002), digestOf(1), digestOf(2)]);
    expect(made.server.chunks.reduce((sum, { size }) => sum + size, 0)).toBe(610_000);
    expect(made.uploader.status).toMatchObject({ waiting: 0, bytes: 0, states: { [id(1)]: { name: "sent" } } });
  });

  test("says nothing more of a file once its record tells that the server has it", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    made.uploader.look();
    expect(made.uploader.status.states).toEqual({});
  });

  test("lets records go first, in the middle of a file too", async () => {
    const made = make();
    const append = made.server.append.bind(made.server);
    made.server.append = async (...rest) => {
      if (made.server.chunks.length === 2) made.world.isClear = false;
      return append(...rest);
    };
    await add(made, 1, 900_000);
    await pass(60_000);
    expect(made.server.chunks).toHaveLength(3);
    expect(made.uploader.status.states[id(1)]).toMatchObject({ name: "waiting" });
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.uploader.status.waiting).toBe(0);
    expect(made.server.chunks.reduce((sum, { size }) => sum + size, 0)).toBe(905_000);
  });

  test("goes on where the server stands after a restart, with not one byte twice", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1, 600_000);
    made.server.parts.set(digestOf(1), new Array(200_000).fill(7));
    made.uploader.stop();
    const again = make(made);
    await again.uploader.start(false);
    await pass(10);
    expect(again.uploader.status.waiting).toBe(0);
    expect(made.server.chunks.filter(({ digest }) => digest === digestOf(1))[0]?.offset).toBe(200_000);
    expect(made.server.chunks.reduce((sum, { size }) => sum + size, 0)).toBe(405_000);
  });

  test("writes the record that a device which died had not written, and sends the bytes", async () => {
    const first = make();
    first.world.isClear = false;
    await add(first, 1);
    // The bytes were kept, and nothing after that happened.
    const { v } = photo(1).change;
    for (const [key, content] of first.box.contents) first.box.contents.set(key, { ...content, values: v });
    const second = make({ box: first.box, server: first.server });
    expect(second.device.engine.fileRecord(id(1))).toBeNull();
    await second.uploader.start(false);
    await pass(10);
    expect(second.device.engine.fileRecord(id(1))).toMatchObject({ digest: digestOf(1), deleted: false });
    expect(second.device.engine.unsent()).toHaveLength(1);
    expect(second.uploader.status.waiting).toBe(0);
    expect(second.faults).toEqual([]);
  });

  test("sends again what a restored server has lost, from the copy", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    made.server.parts.clear();
    receive(made.device, {
      pushed: made.device.engine.unsent().at(-1)?.n ?? 0,
      rows: {
        [BUCKET]: [row("file", id(1), C, { ...photo(1).change.v, stored: null, stored_thumbnail: null }, 5_000)],
      },
    });
    const again = make(made);
    await again.uploader.start(false);
    await pass(10);
    expect(made.server.parts.get(digestOf(1))).toHaveLength(300_000);
  });

  test("sends again what a server has lost that was restored while the app is open, before any copy goes for want of room", async () => {
    const made = make();
    made.box.room = 400_000;
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    loseStored(made, 1);
    made.world.isClear = false;
    const failed = await add(made, 2).catch((reason: unknown) => StoreError.from(reason).code);
    expect(failed).toBe("storage_full");
    expect(made.box.contents.size).toBe(2);
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.server.parts.get(digestOf(1))).toHaveLength(300_000);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("asks again of what a server had taken, in its life before the restore, whose record never said so", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    await made.uploader.tidy();
    expect(made.uploader.status).toMatchObject({ waiting: 0, states: { [id(1)]: { name: "sent" } } });
    made.server.parts.clear();
    made.world.life = 2;
    made.uploader.look();
    await pass(10);
    expect(made.server.parts.get(digestOf(1))).toHaveLength(300_000);
  });

  test("sends no byte of what a restored server still has", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    const sent = made.server.chunks.length;
    const server = new Map(made.server.parts);
    loseStored(made, 1);
    for (const [digest, part] of server) made.server.parts.set(digest, part);
    await made.uploader.tidy();
    await pass(10);
    expect(made.server.chunks).toHaveLength(sent);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("a copy that is fetched takes no place of bytes that wait", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    const [waiting] = await made.box.list();
    await made.uploader.keepCopy({ ...(waiting as Boxed), waiting: false, bytes: bytesOf(1) });
    expect((await made.box.list()).filter((entry) => entry.waiting)).toHaveLength(2);
  });

  test("waits for Wi-Fi where it shall, says so, and goes at once when told to", async () => {
    const made = make();
    made.world.network = "metered";
    await made.uploader.start(true);
    await add(made, 1);
    await pass(100_000);
    expect(made.server.asked).toEqual([]);
    expect(made.uploader.status).toMatchObject({ waiting: 1, held: "wifi", wifiOnly: true });
    await made.uploader.sendNow();
    await pass(10);
    expect(made.uploader.status).toMatchObject({ waiting: 0, held: null });
    // Only for what waited then.
    await add(made, 2);
    await pass(10);
    expect(made.uploader.status).toMatchObject({ waiting: 1, held: "wifi" });
    made.world.network = "free";
    made.uploader.look();
    await pass(10);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("goes on waiting for Wi-Fi after it was told to send now, though a file is refused", async () => {
    const made = make();
    made.world.network = "metered";
    made.server.script = [problem("wrong_content")];
    await made.uploader.start(true);
    await add(made, 1);
    await made.uploader.sendNow();
    await pass(10);
    expect(made.uploader.status).toMatchObject({ waiting: 1, states: { [id(1)]: { name: "refused" } } });
    const sent = made.server.chunks.length;
    await add(made, 2);
    await pass(100_000);
    expect(made.server.chunks).toHaveLength(sent);
    expect(made.uploader.status).toMatchObject({ waiting: 2, held: "wifi" });
  });

  test("comes back after pauses that grow while nobody answers", async () => {
    const made = make();
    made.server.isReachable = false;
    await add(made, 1);
    await pass(10_000);
    const first = made.server.asked.length;
    await pass(10 * 60_000);
    const later = made.server.asked.length - first;
    expect(first).toBeGreaterThan(3);
    expect(later).toBeLessThan(30);
    made.server.isReachable = true;
    await pass(60_001);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("takes the server's word for where to go on", async () => {
    const made = make();
    made.server.script = [null, problem("wrong_offset", { expected: 0 })];
    await add(made, 1);
    await pass(10);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("keeps a file that the server refuses, with the reason, and holds up no other", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    await add(made, 2);
    made.server.script = [problem("wrong_content")];
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    const { states, waiting } = made.uploader.status;
    expect(states).toEqual({ [id(1)]: { name: "refused", code: "wrong_content" }, [id(2)]: { name: "sent" } });
    expect(waiting).toBe(1);
    expect((await made.box.list()).filter((entry) => entry.waiting && entry.problem === "wrong_content")).toHaveLength(
      1,
    );
    await made.uploader.sendNow();
    await pass(10);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("begins once more where bytes came damaged, and refuses the second time", async () => {
    const made = make();
    made.server.script = [null, problem("wrong_digest"), null, problem("wrong_digest")];
    await add(made, 1);
    await pass(10);
    expect(made.uploader.status.states[id(1)]).toEqual({ name: "refused", code: "wrong_digest" });
  });

  test("waits as long as a full server asks, and says why", async () => {
    const made = make();
    made.server.script = [problem("no_space", { retry_after: 120 })];
    await add(made, 1);
    await pass(119_000);
    expect(made.uploader.status).toMatchObject({ waiting: 1, held: "no_space" });
    expect(made.server.asked).toHaveLength(1);
    await pass(2_000);
    expect(made.uploader.status).toMatchObject({ waiting: 0, held: null });
  });

  test("tries again later where the server does not know the record yet, and sends others meanwhile", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    await add(made, 2);
    made.server.script = [problem("not_found")];
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.uploader.status.waiting).toBe(1);
    await pass(60_001);
    expect(made.uploader.status.waiting).toBe(0);
  });

  test("sends what waited when its customer went to somebody else, and keeps no copy of it", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    takeAway(made);
    expect(made.device.engine.fileRecord(id(1))).toBeNull();
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.server.parts.get(digestOf(1))).toHaveLength(300_000);
    expect(made.uploader.status).toMatchObject({ waiting: 0, unclaimed: [], states: {} });
    expect(made.box.contents.size).toBe(0);
  });

  test("says of what nobody takes that it is no longer his, tries on, and lets it go when he says so", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    takeAway(made);
    const ask = made.server.ask.bind(made.server);
    made.server.ask = async (file) => {
      await ask(file);
      return problem("not_found");
    };
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.uploader.status.unclaimed).toEqual([]);
    await made.uploader.letGo(id(1));
    expect(made.box.contents.size).toBe(2);
    await pass(60_001);
    expect(made.uploader.status).toMatchObject({ waiting: 1, unclaimed: [id(1)] });
    await pass(24 * 3_600_000);
    expect(made.server.asked.length).toBeLessThan(80);
    expect(made.box.contents.size).toBe(2);
    await made.uploader.letGo(id(1));
    expect(made.uploader.status).toMatchObject({ waiting: 0, unclaimed: [] });
    expect(made.box.contents.size).toBe(0);
    made.server.ask = ask;
  });

  test("sends what was no longer his once somebody has applied its record after all", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    takeAway(made);
    made.server.script = [problem("not_found"), problem("not_found"), problem("not_found"), problem("not_found")];
    made.world.isClear = true;
    made.uploader.look();
    await pass(61_000);
    expect(made.uploader.status.unclaimed).toEqual([id(1)]);
    await pass(3_600_000);
    expect(made.uploader.status).toMatchObject({ waiting: 0, unclaimed: [] });
  });

  test("says nothing of the kind of a file whose record is here", async () => {
    const made = make();
    made.server.ask = async () => problem("not_found");
    await add(made, 1);
    await pass(600_000);
    expect(made.uploader.status).toMatchObject({ waiting: 1, unclaimed: [], states: { [id(1)]: { name: "waiting" } } });
  });

  test("sends nothing of a file that was deleted, and drops its bytes at the next start", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    made.device.save({ kind: "file", id: id(1), root: C, v: { deleted: true } });
    made.world.isClear = true;
    made.uploader.look();
    await pass(10);
    expect(made.server.asked).toEqual([]);
    expect(made.uploader.status.waiting).toBe(0);
    expect(made.box.contents.size).toBe(2); // it may be brought back
    await make(made).uploader.start(false);
    expect(made.box.contents.size).toBe(0);
  });

  test("keeps neither bytes nor record where there is no room, and drops copies before it gives up", async () => {
    const made = make();
    made.box.room = 400_000;
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    made.world.isClear = false;
    await add(made, 2);
    expect([...made.box.contents.keys()]).toEqual([`${id(2)} file`, `${id(2)} thumbnail`]);
    const failed = await add(made, 3).catch((reason: unknown) => StoreError.from(reason).code);
    expect(failed).toBe("storage_full");
    expect(made.device.engine.fileRecord(id(3))).toBeNull();
    expect(made.box.contents.size).toBe(2);
  });

  test("drops copies of what has left the device, and keeps what waits", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    hear(made.device, 1);
    made.world.isClear = false;
    await add(made, 2);
    const kept = [`${id(2)} file`, `${id(2)} thumbnail`];
    receive(made.device, { pushed: made.device.engine.unsent().at(-1)?.n ?? 0, grants: ["shared", `u:${PERSON}`] });
    expect(made.device.engine.fileRecord(id(1))).toBeNull();
    await made.uploader.tidy();
    expect([...made.box.contents.keys()]).toEqual(kept);
    await make(made).uploader.start(false);
    expect([...made.box.contents.keys()]).toEqual(kept);
  });

  test("keeps no bytes of a record that the store refuses", async () => {
    const made = make();
    const { change, contents } = photo(1);
    const result = await made.uploader.add({ ...change, v: { ...change.v, size: 0 } }, "key", contents);
    expect(result.saved).toBe(false);
    expect(made.box.contents.size).toBe(0);
  });

  test("looks into nothing any more once it has ended", async () => {
    const made = make();
    await add(made, 1);
    await pass(10);
    made.uploader.stop();
    made.device.database.close();
    made.uploader.look();
    await made.uploader.tidy();
    expect(made.faults).toEqual([]);
  });

  test("drops everything of the person when told to", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    await made.uploader.drop();
    expect(made.box.contents.size).toBe(0);
  });
});

describe("copies", () => {
  const copy = (record: string, part: Boxed["part"], size: number, usedAt: number, waiting = false): Content => ({
    ...{ record, root: C, part, digest: "", mediaType: "", size, waiting, values: null, problem: null, addedAt: 0 },
    ...{ usedAt, bytes: bytesOf(0) },
  });

  test("go large ones first, those looked at longest ago first, and never what waits", () => {
    const entries = [copy("a", "thumbnail", 10, 1), copy("b", "file", 100, 3), copy("c", "file", 100, 2)];
    const all = [...entries, copy("d", "file", 1_000, 0, true)];
    expect(tooMany(all, 210)).toEqual([]);
    expect(tooMany(all, 200).map(({ record }) => record)).toEqual(["c"]);
    expect(tooMany(all, 10).map(({ record }) => record)).toEqual(["c", "b"]);
    expect(tooMany(all, 0).map(({ record }) => record)).toEqual(["c", "b", "a"]);
  });

  test("stay within their budget", async () => {
    const box = new MemoryBox();
    await box.put([copy("a", "file", COPIES_BYTES, 1), copy("b", "file", 5, 2)]);
    await trim(box);
    expect((await box.list()).map(({ record }) => record)).toEqual(["b"]);
  });
});

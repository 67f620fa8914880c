import { beforeEach, describe, expect, test, vi } from "vitest";
import { id } from "../fixtures.ts";
import { problem } from "./fixtures.ts";
import { add, digestOf, hear, make, pass, photo } from "./uploading.ts";

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

  test("keeps nothing back when the clock is set back during a pause", async () => {
    const made = make();
    await add(made, 1);
    await add(made, 2);
    made.server.script = [problem("no_space", { retry_after: 120 })];
    await pass(10);
    expect(made.uploader.status.waiting).toBe(2);
    vi.setSystemTime(Date.now() - 365 * 24 * 3_600_000);
    made.uploader.look();
    await pass(10);
    expect(made.uploader.status).toMatchObject({ waiting: 0, held: null });
  });

  test("waits an hour at most, whatever the server asks for", async () => {
    const made = make();
    made.server.script = [problem("unavailable", { retry_after: 40 * 24 * 3_600 })];
    await add(made, 1);
    await pass(3_599_000);
    expect(made.server.asked).toHaveLength(1);
    await pass(62_000);
    expect(made.uploader.status.waiting).toBe(0);
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
});

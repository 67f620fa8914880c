import { beforeEach, describe, expect, test, vi } from "vitest";
import { id, PERSON, receive } from "../fixtures.ts";
import { StoreError } from "../store-error.ts";
import { type Boxed, COPIES_BYTES, type Content, tooMany, trim } from "./box.ts";
import { MemoryBox } from "./fixtures.ts";
import { add, bytesOf, C, hear, make, pass, photo } from "./uploading.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("the uploader, where there is little room", () => {
  test("a copy that is fetched takes no place of bytes that wait", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    const [waiting] = await made.box.list();
    await made.uploader.keepCopy({ ...(waiting as Boxed), waiting: false, bytes: bytesOf(1) });
    expect((await made.box.list()).filter((entry) => entry.waiting)).toHaveLength(2);
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

import { beforeEach, describe, expect, test, vi } from "vitest";
import { BUCKET, id, receive, row } from "../fixtures.ts";
import { StoreError } from "../store-error.ts";
import { add, C, digestOf, hear, loseStored, make, pass, photo } from "./uploading.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("the uploader before a restored server", () => {
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
});

import { beforeEach, describe, expect, test, vi } from "vitest";
import { id, NOW } from "../fixtures.ts";
import { problem } from "./fixtures.ts";
import { add, C, digestOf, hear, make, pass, takeAway } from "./uploading.ts";

const DAY_MS = 24 * 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});

describe("the uploader, of a record that is no longer here", () => {
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

  test("sends nothing of a file that was deleted, keeps its bytes while it can be brought back, and sends them then", async () => {
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
    const next = make(made);
    await next.uploader.start(false);
    expect(made.server.asked).toEqual([]);
    expect(next.uploader.status.waiting).toBe(0);
    expect(made.box.contents.size).toBe(2);
    made.device.save({ kind: "file", id: id(1), root: C, v: { deleted: false } });
    next.uploader.look();
    await pass(10);
    expect(made.server.parts.get(digestOf(1))).toHaveLength(300_000);
    // What the server has, or keeps no more, goes.
    hear(made.device, 1);
    made.device.save({ kind: "file", id: id(1), root: C, v: { deleted: true } });
    await make(made).uploader.start(false);
    expect(made.box.contents.size).toBe(0);
  });

  test("drops the bytes of a file that was removed longer ago than anybody can bring it back", async () => {
    const made = make();
    made.world.isClear = false;
    await add(made, 1);
    made.device.save({ kind: "file", id: id(1), root: C, v: { deleted: true } });
    vi.setSystemTime(NOW + 366 * DAY_MS); // this phone's own clock says nothing
    await make(made).uploader.start(false);
    expect(made.box.contents.size).toBe(2);
    await make({ ...made, now: NOW + 179 * DAY_MS }).uploader.start(false);
    expect(made.box.contents.size).toBe(2);
    vi.setSystemTime(NOW - 366 * DAY_MS);
    await make({ ...made, now: NOW + 181 * DAY_MS }).uploader.start(false);
    expect(made.box.contents.size).toBe(0);
  });
});

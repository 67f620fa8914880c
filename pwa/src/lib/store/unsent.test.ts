import { describe, expect, test } from "vitest";
import type { Verdict } from "$sync/messages.ts";
import { plus } from "./change.ts";
import {
  BUCKET,
  customerRow,
  type Fixture,
  id,
  open,
  PERSON,
  receive,
  Shelf,
  shown,
  stamp,
  TERRITORY,
} from "./fixtures.ts";

const C = id(100);

function known(): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  return device;
}

const taken = ({ database }: Fixture) =>
  database.all<{ device: number; n: number; verdict: string; counted: string }>("SELECT * FROM kept");

const add = ({ engine }: Fixture) =>
  engine.write([{ kind: "customer", id: id(102), root: id(102), v: { name: "Next", territory: TERRITORY } }], "next");

describe("what is kept where the database does not last", () => {
  test("is told step by step, each as large as what is new, and is always all that waits", () => {
    const device = known();
    const shelf = new Shelf();
    const steps = [
      () => device.save({ kind: "customer", id: C, root: C, v: { city: "1" } }),
      () =>
        device.save(
          { kind: "customer", id: C, root: C, v: { city: "2" } },
          { kind: "customer", id: C, root: C, v: { city: "3" } },
        ),
      () => receive(device, { pushed: 2, seq: 2 }),
      () => device.save({ kind: "customer", id: C, root: C, v: { city: "4" } }),
      () => device.engine.closeGap(9),
      () => device.save({ kind: "customer", id: C, root: C, v: { city: "5" } }),
      () => receive(device, { pushed: 11, seq: 3 }),
      () => device.save({ kind: "customer", id: C, root: C, v: { city: "6" } }),
    ];
    for (const step of steps) {
      step();
      shelf.take(device);
      expect(shelf.kept.unsent.map(({ edit }) => edit)).toEqual(device.engine.unsent());
    }
    expect(shelf.steps.map(({ added }) => added.length)).toEqual([1, 2, 0, 1, 2, 1, 0, 1]);
  });

  test("is told of an edit that takes a lower number than one before, after a new numbering of nothing", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    shelf.take(device);
    receive(device, { pushed: 3, covered: 3, seq: 2 });
    receive(device, { pushed: 0, cursors: { [BUCKET]: [7, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    shelf.take(device);
    expect(device.save({ kind: "customer", id: C, root: C, v: { city: "4" } })).toEqual([1]);
    shelf.take(device);
    expect(shelf.kept.unsent.map(({ edit }) => edit)).toEqual(device.engine.unsent());
  });

  test("after a restore of the server has what is offered again, too", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    shelf.take(device);
    receive(device, { pushed: 3, seq: 2 });
    shelf.take(device);
    expect(shelf.kept.unsent).toEqual([]);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [7, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    shelf.take(device);
    expect(shelf.kept.unsent.map(({ edit }) => edit.n)).toEqual([2, 3]);
  });

  test("brings a new store to where the old one was, with the answers to what is asked twice", () => {
    const device = known();
    const shelf = new Shelf();
    device.engine.write([{ kind: "customer", id: C, root: C, v: { city: "1" } }], "the key");
    device.save({ kind: "customer", id: id(101), root: id(101), v: { name: "New", territory: TERRITORY } });
    shelf.take(device);
    const next = shelf.reopen();
    expect(next.engine.unsent()).toEqual(device.engine.unsent());
    expect(next.engine.write([{ kind: "customer", id: C, root: C, v: { city: "1" } }], "the key")).toEqual({
      saved: true,
      edits: [1],
    });
    expect(next.engine.waiting).toBe(2);
    expect(shown(next, "customer", id(101))?.name).toBe("New");
    // Both taken, neither echoed: what only this device had made stays.
    receive(next, { pushed: 2, rows: { [BUCKET]: [customerRow(100, { city: "1" }, 9000)] }, seq: 5 });
    expect(shown(next, "customer", id(101))?.name).toBe("New");
    expect(shown(next, "customer", C)?.city).toBe("1");
  });

  test("is told once: where nothing has changed there is nothing to keep", () => {
    const device = known();
    const shelf = new Shelf();
    device.save({ kind: "customer", id: C, root: C, v: { city: "1" } });
    shelf.take(device);
    shelf.take(device);
    receive(device, { seq: 2 });
    shelf.take(device);
    expect(shelf.steps).toHaveLength(1);
  });

  test("names the buckets that its author held, so that the server can tell what he had in hands", () => {
    const device = known();
    const shelf = new Shelf();
    device.save({ kind: "customer", id: C, root: C, v: { city: "1" } });
    shelf.take(device);
    const next = shelf.reopen();
    expect(next.engine.request({}).cursors).toEqual({ shared: [1, 0], [`u:${PERSON}`]: [1, 0], [BUCKET]: [1, 0] });
    expect(next.engine.phase.name).toBe("first_sync");
    // Read from the beginning, and ready as any other.
    receive(next, { rows: { [BUCKET]: [customerRow(100, { city: "0" })] }, seq: 5 });
    expect(next.engine.phase.name).toBe("ready");
    expect(shown(next, "customer", C)).toMatchObject({ name: "Customer 100", city: "1" });
    receive(next, { pushed: 1, grants: ["shared"], seq: 6 });
    expect(Object.keys(next.engine.request({}).cursors ?? {})).toEqual(["shared"]);
  });

  test("says which edits a restored server had taken before, and what their counters had stood at", () => {
    const device = known();
    const shelf = new Shelf();
    const task = { title: "Call", customer: C, person: PERSON, status: "open" } as const;
    device.save({ kind: "task", id: id(300), root: C, v: { ...task, snoozes: plus(1) } });
    receive(device, { pushed: 1, seq: 2 });
    receive(device, { pushed: 0, cursors: { [BUCKET]: [7, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    shelf.take(device);
    expect(device.engine.request({}).again).toEqual([1]);
    expect(shelf.reopen().engine.request({}).again).toEqual([1]);
    expect(shelf.kept.unsent[0]?.counted).toEqual({ snoozes: [0, 0] });
  });

  test("says which edits the server shall keep without looking, also of one that was told before", () => {
    const device = known();
    const shelf = new Shelf();
    device.save({ kind: "customer", id: C, root: C, v: { city: "1" } });
    shelf.take(device);
    device.engine.hold([1]);
    shelf.take(device);
    expect(shelf.reopen().engine.request({}).hold).toEqual([1]);
  });

  test("has what needs a look, until it is taken off the list", () => {
    const device = known();
    const shelf = new Shelf();
    const list = ({ engine }: Fixture) => engine.query("attention.list", { limit: 9 });
    for (const city of ["1", "2"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    shelf.take(device);
    const refused = { verdict: "rejected", code: "forbidden" } as const;
    receive(device, { pushed: 2, seq: 2, verdicts: [1, 2].map((n) => ({ n, ...refused })) });
    shelf.take(device);
    const next = shelf.reopen();
    expect(next.engine.attention).toBe(2);
    receive(next, { pushed: 2, rows: { [BUCKET]: [customerRow(100)] }, seq: 2 });
    expect(list(next)).toEqual(list(device));
    device.engine.dismiss(list(device)[0]?.n ?? 0);
    shelf.take(device);
    expect(list(shelf.reopen()).map(({ written }) => written)).toEqual([{ city: "1" }]);
  });

  test("has all that was refused, which is nowhere else, and of the rest of the list the newest", () => {
    const device = known();
    const shelf = new Shelf();
    const save = (count: number) =>
      device.save(
        ...Array.from({ length: count }, (_, at) => ({
          kind: "customer" as const,
          id: C,
          root: C,
          v: { city: `${at}` },
        })),
      );
    const told = (from: number, count: number, verdict: Pick<Verdict, "verdict" | "code">) =>
      receive(device, {
        pushed: from + count - 1,
        seq: from + count,
        verdicts: Array.from({ length: count }, (_, at) => ({ n: from + at, ...verdict })),
      });
    save(300);
    told(1, 300, { verdict: "rejected", code: "custody_full" });
    save(300);
    told(301, 300, { verdict: "held", code: "forbidden" });
    shelf.take(device);
    const next = shelf.reopen();
    expect([next.engine.refused, next.engine.attention]).toEqual([300, 500]);
    const [first] = next.database.all<{ n: number }>("SELECT n FROM attention WHERE code = 'custody_full' ORDER BY n");
    next.engine.dismiss(first?.n ?? 0);
    shelf.take(next);
    expect(shelf.reopen().engine.refused).toBe(299);
  });

  test("keeps what another wrote beside a refusal while its customer is still to come, and lets it go with the grant", () => {
    const losers = [{ field: "city", value: "HERS", at: stamp(5), person: id(50) }];
    const [left, came] = [true, false].map((isGone) => {
      const device = known();
      const shelf = new Shelf();
      device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
      receive(device, { pushed: 1, seq: 2, verdicts: [{ n: 1, verdict: "conflict", field: "city", losers }] });
      shelf.take(device);
      const next = shelf.reopen();
      receive(next, { pushed: 1, complete: ["shared"], more: true, seq: 1 });
      const grants = isGone ? ["shared"] : undefined;
      receive(next, { pushed: 1, seq: 2, ...(grants ? { grants } : { rows: { [BUCKET]: [customerRow(100)] } }) });
      return next.engine.query("attention.list", { limit: 9 })[0]?.losers.length;
    });
    expect([left, came]).toEqual([0, 1]);
  });

  test("has what the server took and no backup covers yet, so that a restored one is offered it after a restart", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    shelf.take(device);
    receive(device, { pushed: 3, seq: 2 });
    shelf.take(device);
    const restored = { pushed: 1, cursors: { [BUCKET]: [7, 1] as const }, rows: { [BUCKET]: [customerRow(100)] } };
    const read = shelf.reopen();
    receive(read, { pushed: 3, rows: { [BUCKET]: [customerRow(100, { city: "3" }, 9000)] }, seq: 5 });
    receive(read, restored);
    // Or before anything could be read.
    const unread = shelf.reopen();
    receive(unread, restored);
    for (const { engine } of [read, unread]) {
      expect(engine.unsent().map(({ n, v }) => [n, v.city])).toEqual([
        [2, "2"],
        [3, "3"],
      ]);
      expect(engine.request({}).again).toEqual([2, 3]);
    }
  });

  test("has the taken edits as the store has them: what became of each, what its counters had stood at, and when", () => {
    const device = known();
    const shelf = new Shelf();
    const task = { title: "Call", customer: C, person: PERSON, status: "open" } as const;
    device.save({ kind: "task", id: id(300), root: C, v: { ...task, snoozes: plus(1) } });
    device.save({ kind: "customer", id: C, root: C, v: { city: "no" } });
    shelf.take(device);
    receive(device, { pushed: 2, seq: 2, verdicts: [{ n: 2, verdict: "rejected", code: "forbidden" }] });
    shelf.take(device);
    expect(taken(shelf.reopen())).toEqual(taken(device));
    expect(taken(device).map(({ verdict, counted }) => [verdict, counted])).toEqual([
      ["applied", '{"snoozes":[0,0]}'],
      ["rejected", "{}"],
    ]);
  });

  test("lets the taken edits go with the backup that covers them, and with the bytes that they took", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    receive(device, { pushed: 3, seq: 2 });
    shelf.take(device);
    const next = shelf.reopen();
    receive(next, { pushed: 3, covered: 2, seq: 3 });
    shelf.take(next);
    expect(shelf.kept.taken.map(({ edit }) => edit.n)).toEqual([3]);
    const last = shelf.reopen();
    receive(last, { pushed: 3, covered: 3, seq: 4 });
    shelf.take(last);
    expect(shelf.kept.taken).toEqual([]);
    expect(last.database.get("SELECT value FROM meta WHERE name = 'kept_bytes'")).toEqual({ value: "0" });
  });

  test("is told only of the taken edits that are new, also after a restart", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    shelf.take(device);
    receive(device, { pushed: 2, seq: 2 });
    shelf.take(device);
    receive(device, { pushed: 3, seq: 3 });
    shelf.take(device);
    const next = shelf.reopen();
    add(next);
    shelf.take(next);
    receive(next, { pushed: 4, seq: 4 });
    shelf.take(next);
    expect(shelf.steps.map(({ taken }) => taken?.added.map(({ edit }) => edit.n) ?? null)).toEqual([
      null,
      [1, 2],
      [3],
      null,
      [4],
    ]);
    expect(taken(shelf.reopen())).toEqual(taken(next));
  });

  test("has no taken edit twice while a restored server is offered it again, and has what becomes of it then", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2", "3"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    receive(device, { pushed: 3, seq: 2 });
    shelf.take(device);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [7, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    // The keeping of this step failed: only the next one is told.
    const verdicts = [{ n: 3, verdict: "held", code: "forbidden" } as const];
    receive(device, { pushed: 3, verdicts, cursors: { [BUCKET]: [7, 3] } });
    shelf.take(device);
    expect(taken(shelf.reopen())).toEqual(taken(device));
    expect(shelf.kept.taken.map(({ edit, verdict }) => [edit.n, verdict])).toEqual([
      [1, "applied"],
      [2, "applied"],
      [3, "held"],
    ]);
    receive(device, { pushed: 1, cursors: { [BUCKET]: [8, 1] }, rows: { [BUCKET]: [customerRow(100)] } });
    shelf.take(device);
    expect([shelf.kept.taken, shelf.kept.unsent].map((edits) => edits.map(({ edit }) => edit.n))).toEqual([
      [1],
      [2, 3],
    ]);
  });

  test("has the taken edits of a former number, which a restored server that lost them is offered", () => {
    const device = known();
    const shelf = new Shelf();
    for (const city of ["1", "2"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    receive(device, { pushed: 2, seq: 2 });
    shelf.take(device);
    const next = shelf.reopen(9);
    add(next);
    receive(next, { pushed: 1, seq: 3 });
    shelf.take(next);
    const last = shelf.reopen(9);
    expect(taken(last).map(({ device: of, n }) => [of, n])).toEqual([
      [7, 1],
      [7, 2],
      [9, 1],
    ]);
    receive(last, {
      pushed: 1,
      former: { 7: 1 },
      cursors: { [BUCKET]: [7, 1] },
      rows: { [BUCKET]: [customerRow(100)] },
    });
    expect(last.engine.unsent().map(({ v }) => v.city)).toEqual(["2"]);
  });
});

import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, type Fixture, id, open, receive, shown, TERRITORY } from "./fixtures.ts";
import { NOTHING_TOLD, type Unsent, type UnsentChange } from "./unsent.ts";

const C = id(100);

/** Keeps steps as a keeper does: by edit, by answer. */
class Shelf {
  #mark = NOTHING_TOLD;
  #kept: Unsent | null = null;
  steps: UnsentChange[] = [];

  take({ engine }: Fixture): void {
    const change = engine.unsentSince(this.#mark);
    const before = change.isAnew ? [] : (this.#kept?.unsent ?? []).filter(({ n }) => n >= change.first);
    const answered = [...(this.#kept?.answered ?? []), ...change.answered];
    this.#kept = { ...change.counters, unsent: [...before, ...change.added], answered };
    this.#mark = change.mark;
    this.steps.push(change);
  }

  get kept(): Unsent {
    if (this.#kept === null) throw new Error("nothing was kept");
    return this.#kept;
  }
}

function known(): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  return device;
}

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
      expect(shelf.kept.unsent).toEqual(device.engine.unsent());
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
    expect(shelf.kept.unsent).toEqual(device.engine.unsent());
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
    expect(shelf.kept.unsent.map(({ n }) => n)).toEqual([2, 3]);
  });

  test("brings a new store to where the old one was, with the answers to what is asked twice", () => {
    const device = known();
    const shelf = new Shelf();
    device.engine.write([{ kind: "customer", id: C, root: C, v: { city: "1" } }], "the key");
    device.save({ kind: "customer", id: id(101), root: id(101), v: { name: "New", territory: TERRITORY } });
    shelf.take(device);
    const next = open();
    next.engine.restoreUnsent(shelf.kept);
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
});

import { beforeEach, describe, expect, test } from "vitest";
import type { Point } from "#lib/domain/place";
import { cellOf, FRESH_MS } from "#lib/domain/road-legs";
import type { RoadBox, RoadRow, RoadTable } from "#lib/store/roads";
import { AGAIN_MS, RoadKeeper, SETTLES_MS } from "./roads";

const at = (longitude: number): Point => ({ latitude: 50_000_000, longitude });
const [A, B, C] = [at(0), at(10_000), at(20_000)] as const;

class MemoryRoads implements RoadBox {
  readonly rows = new Map<number, RoadRow>();
  isBroken = false;

  async read(cells: readonly number[]): Promise<readonly RoadRow[]> {
    if (this.isBroken) throw new DOMException("", "InvalidStateError");
    return cells.flatMap((cell) => this.rows.get(cell) ?? []);
  }
  async keep(rows: readonly RoadRow[]): Promise<void> {
    if (this.isBroken) throw new DOMException("", "QuotaExceededError");
    for (const row of rows) this.rows.set(row.from, row);
  }
  async drop(): Promise<void> {
    this.rows.clear();
  }
}

/** A server that knows roads, a device, and a clock that is moved by hand. */
class World {
  box = new MemoryRoads();
  ms = Date.UTC(2026, 10, 26, 9);
  isUp = true;
  hasRoads: boolean | null = true;
  isLeft = false;
  changes = 0;
  finds = 0;
  readonly asked: number[] = [];
  answer = (places: readonly Point[]): RoadTable | null => {
    const rows = places.map((a) => places.map((b) => (a === b ? 0 : 1_000)));
    return { metres: rows, seconds: rows };
  };
  #timer: { readonly at: number; readonly work: () => void } | null = null;

  keeper = this.another();

  another(): RoadKeeper {
    return new RoadKeeper({
      box: this.box,
      isReachable: () => this.isUp,
      find: async () => {
        this.finds += 1;
        return this.hasRoads;
      },
      ask: async (places) => {
        this.asked.push(places.length);
        return this.answer(places);
      },
      isGone: async () => this.isLeft,
      now: () => this.ms,
      after: (ms, work) => {
        const timer = { at: this.ms + ms, work };
        this.#timer = timer;
        return () => {
          if (this.#timer === timer) this.#timer = null;
        };
      },
      changed: () => {
        this.changes += 1;
      },
    });
  }

  /** Lets time pass, and what was begun in it end. */
  async pass(ms: number): Promise<void> {
    this.ms += ms;
    const timer = this.#timer;
    if (timer !== null && timer.at <= this.ms) {
      this.#timer = null;
      timer.work();
    }
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  }

  metres = (from: Point, to: Point) => this.keeper.find(cellOf(from), cellOf(to))?.metres;
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe("the ways of a day that is opened", () => {
  test("are asked for once it has settled, kept, and there without a server at the next start", async () => {
    await world.keeper.look([A, null, B]);
    await world.pass(SETTLES_MS - 1);
    expect(world.asked).toEqual([]);
    await world.pass(1);
    expect(world.asked).toEqual([2]);
    expect(world.metres(A, B)).toBe(1_000);
    expect(world.changes).toBe(1);

    world.isUp = false;
    world.keeper = world.another();
    await world.keeper.look([B, A]);
    expect(world.metres(B, A)).toBe(1_000);
    await world.pass(AGAIN_MS);
    expect(world.asked).toEqual([2]);
  });

  test("are asked for once for several changes, and not again while nothing changes", async () => {
    await world.keeper.look([A, B]);
    await world.pass(1_000);
    await world.keeper.look([A, B, C]);
    await world.pass(1_000);
    await world.keeper.look([C, B, A]);
    await world.pass(500);
    expect(world.asked).toEqual([3]);
    await world.keeper.look([A, B]);
    await world.pass(AGAIN_MS);
    expect(world.asked).toEqual([3]);
    expect(world.finds).toBe(1);
  });

  test("are asked for again where a stop came while the server was being asked", async () => {
    const { answer } = world;
    world.answer = (places) => {
      void world.keeper.look([A, B, C]);
      world.answer = answer;
      return answer(places);
    };
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    expect(world.metres(A, B)).toBe(1_000);
    expect(world.metres(A, C)).toBeUndefined();
    await world.pass(SETTLES_MS);
    expect(world.metres(A, C)).toBe(1_000);
  });

  test("are asked for again when they were told long ago, and stand until then", async () => {
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    world.ms += FRESH_MS + 1;
    world.keeper = world.another();
    await world.keeper.look([A, B]);
    expect(world.metres(A, B)).toBe(1_000);
    await world.pass(SETTLES_MS);
    expect(world.asked).toEqual([2, 2]);
  });

  test("of one place alone, or none, are asked of nobody", async () => {
    await world.keeper.look([A, A]);
    await world.pass(AGAIN_MS);
    await world.keeper.look([]);
    await world.pass(AGAIN_MS);
    expect([world.finds, world.asked]).toEqual([0, []]);
  });
});

describe("what fails", () => {
  test("is not said, and tried again later", async () => {
    const { answer } = world;
    world.answer = () => null;
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    world.answer = () => ({ metres: [[0, 1]], seconds: [[0, 1]] });
    await world.pass(AGAIN_MS);
    expect(world.asked).toEqual([2, 2]);
    expect(world.metres(A, B)).toBeUndefined();
    world.answer = answer;
    await world.pass(AGAIN_MS);
    expect(world.metres(A, B)).toBe(1_000);
  });

  test("for want of a network is tried again when the server is back", async () => {
    world.isUp = false;
    await world.keeper.look([A, B]);
    await world.pass(AGAIN_MS);
    expect(world.finds).toBe(0);
    world.isUp = true;
    world.keeper.wake();
    await world.pass(SETTLES_MS);
    expect(world.metres(A, B)).toBe(1_000);
    world.keeper.wake();
    await world.pass(AGAIN_MS);
    expect(world.asked).toEqual([2]);
  });

  test("because the server knows no roads is asked once", async () => {
    world.hasRoads = false;
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    await world.keeper.look([A, B, C]);
    world.keeper.wake();
    await world.pass(AGAIN_MS);
    expect([world.finds, world.asked]).toEqual([1, []]);
  });

  test("because nobody has said whether it does is asked again", async () => {
    world.hasRoads = null;
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    world.hasRoads = true;
    await world.pass(AGAIN_MS);
    expect([world.finds, world.asked]).toEqual([2, [2]]);
  });

  test("in a browser that keeps nothing leaves them there until the app is closed", async () => {
    world.box.isBroken = true;
    await world.keeper.look([A, B]);
    await world.pass(SETTLES_MS);
    expect(world.metres(A, B)).toBe(1_000);
  });
});

test("nothing is kept of a person who has left while the server was being asked", async () => {
  world.isLeft = true;
  await world.keeper.look([A, B]);
  await world.pass(SETTLES_MS);
  expect(world.box.rows.size).toBe(0);
});

test("nothing is asked any more once the book is closed", async () => {
  await world.keeper.look([A, B]);
  world.keeper.stop();
  await world.pass(AGAIN_MS);
  world.keeper.wake();
  await world.pass(AGAIN_MS);
  expect([world.finds, world.asked]).toEqual([0, []]);
});

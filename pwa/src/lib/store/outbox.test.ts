import { describe, expect, test } from "vitest";
import { BUCKET, customerRow, type Fixture, id, open, receive, TERRITORY } from "./fixtures.ts";

const C = id(100);
let keys = 0;

/** Saves `count` edits of one customer as one group. */
function saveTogether({ engine }: Fixture, count: number, city = "x"): readonly number[] {
  keys += 1;
  const changes = Array.from({ length: count }, () => ({ kind: "customer", id: C, root: C, v: { city } }) as const);
  const result = engine.write(changes, `group ${keys}`, true);
  return result.saved ? result.edits : [];
}

function known(): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: [customerRow(100)] } });
  return device;
}

const numbers = ({ engine }: Fixture, share?: number) => engine.request({}, share).edits?.map(({ n }) => n);

describe("the edits of one request", () => {
  test("are none where none are wanted, and at least one where few are", () => {
    const device = known();
    for (const city of ["a", "b", "c"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    expect(numbers(device, 0)).toEqual([]);
    expect(device.engine.request({}, 0).report?.waiting).toBe(3);
    expect(numbers(device, 0.001)).toEqual([1]);
    expect(numbers(device, 0.0001)).toEqual([1]);
    expect(numbers(device, 0.002)).toEqual([1, 2]);
  });

  test("never end in the middle of a group", () => {
    const device = known();
    device.save({ kind: "customer", id: C, root: C, v: { city: "alone" } });
    saveTogether(device, 4);
    saveTogether(device, 3);
    expect(numbers(device, 0.001)).toEqual([1]);
    expect(numbers(device, 0.003)).toEqual([1]);
    expect(numbers(device, 0.005)).toEqual([1, 2, 3, 4, 5]);
    expect(numbers(device, 0.007)).toEqual([1, 2, 3, 4, 5]);
    expect(numbers(device)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("are one whole group, however large, where it stands first", () => {
    const device = known();
    saveTogether(device, 4);
    saveTogether(device, 3);
    expect(numbers(device, 0.001)).toEqual([1, 2, 3, 4]);
    receive(device, { pushed: 4, seq: 2 });
    expect(numbers(device, 0.001)).toEqual([5, 6, 7]);
  });

  test("keep within a size, groups whole", () => {
    const device = known();
    const big = "x".repeat(150);
    for (let at = 0; at < 10; at += 1) device.save({ kind: "customer", id: C, root: C, v: { street: big } });
    saveTogether(device, 5, big);
    // Each takes some 370 bytes: 4 096 bytes hold 11 of them, but the group begins at the eleventh.
    expect(numbers(device, 1 / 256)?.length).toBeLessThanOrEqual(10);
    expect(numbers(device, 1 / 64)).toHaveLength(15);
  });
});

describe("a group that no request could carry", () => {
  const change = (street: string) => ({ kind: "customer", id: C, root: C, v: { street } }) as const;
  const problems = [{ code: "too_large", kind: "customer", id: C, field: "" }];
  const most = (count: number) => Array.from({ length: count }, () => change("x"));
  /** Letters of two bytes: as text it is far below a million, as bytes a little over 1 MiB. */
  const big = (count: number) =>
    Array.from(
      { length: count },
      () => ({ kind: "customer", id: C, root: C, v: { description: "я".repeat(900) } }) as const,
    );

  test("by its number is refused, and nothing of it is written", () => {
    const device = known();
    expect(device.engine.write(most(1_001), "many", true)).toEqual({ saved: false, problems });
    expect(numbers(device)).toEqual([]);
    expect(device.engine.write(most(1_000), "most", true).saved).toBe(true);
    expect(numbers(device)).toHaveLength(1_000);
  });

  test("by its bytes is refused, and nothing of it is written", () => {
    const device = known();
    expect(device.engine.write(big(570), "big", true)).toEqual({ saved: false, problems });
    expect(numbers(device)).toEqual([]);
    expect(device.engine.write(big(500), "not so big", true).saved).toBe(true);
  });

  test("goes edit by edit where it need not be a group", () => {
    const device = known();
    expect(device.engine.write(most(1_001), "many").saved).toBe(true);
    expect(numbers(device)).toHaveLength(1_000);
  });
});

describe("edits that the server shall keep without looking", () => {
  test("are named with the request that carries them, and stay named through a new numbering", () => {
    const device = known();
    for (const city of ["a", "b"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    device.engine.hold([2]);
    expect(device.engine.request({})).not.toHaveProperty("hold"); // it goes alone, so that it takes nothing else along
    device.engine.closeGap(7);
    receive(device, { pushed: 7, seq: 1 });
    expect(device.engine.request({}).hold).toEqual([8]);
    receive(device, {
      pushed: 8,
      verdicts: [{ n: 8, verdict: "held", code: "internal" }],
      seq: 2,
    });
    expect(device.engine.query("attention.list", { limit: 2 })).toMatchObject([{ verdict: "held", code: "internal" }]);
    expect(device.engine.request({})).not.toHaveProperty("hold");
  });
});

test("the server's verdicts on another record do not wait for one that is held", () => {
  const device = known();
  const D = id(101);
  device.save({ kind: "customer", id: C, root: C, v: { city: "bad" } });
  device.save({ kind: "customer", id: D, root: D, v: { name: "Good", territory: TERRITORY } });
  device.engine.hold([1]);
  receive(device, { pushed: 2, verdicts: [{ n: 1, verdict: "held", code: "internal" }], seq: 2 });
  expect(device.engine.waiting).toBe(0);
  expect(device.engine.query("sync.sent", { limit: 2 }).map(({ verdict }) => verdict)).toEqual(["applied", "held"]);
});

import { describe, expect, test } from "vitest";
import type { Values } from "$sync/record.ts";
import {
  BUCKET,
  customerRow,
  type Fixture,
  id,
  NOW,
  open,
  PERSON,
  receive,
  row,
  stamp,
  TERRITORY,
} from "../fixtures.ts";

const C = id(100);
const ANNA = id(50);
const OWN = `u:${PERSON}`;
const HAPPENED = 60_000;
const people = [
  row("person", PERSON, "shared", { name: "Marek", role: "rep" }),
  row("person", ANNA, "shared", { name: "Anna", role: "manager" }),
];

const conflict = (number: number, v: Values = {}) =>
  row("conflict", id(number), PERSON, {
    ...{ person: PERSON, other: ANNA, target_kind: "customer", target: C, lost: ["city"] },
    ...{ stands: { city: stamp(9000), name: stamp(9000) }, happened_at: NOW + HAPPENED, ...v },
  });

/** Marek has sent his city; Anna, who had not seen it, hers after that. */
function met(v: Values = {}): Fixture {
  const device = open();
  receive(device, { rows: { shared: people, [BUCKET]: [customerRow(100, { city: "before" })] } });
  device.world.ms += 5;
  device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
  receive(device, { pushed: 1, seq: 2 });
  receive(device, {
    rows: { [BUCKET]: [customerRow(100, { city: "hers" }, 9000)], [OWN]: [conflict(800, v)] },
    seq: 3,
  });
  return device;
}

const items = ({ engine }: Fixture, limit = 9) => engine.query("conflict.list", { limit });

describe("a conflict whose verdict went to somebody else", () => {
  test("is told however many there are of what is not on this device any more, which are neither told nor counted", () => {
    const device = met({ happened_at: NOW });
    const gone = Array.from({ length: 250 }, (_, n) =>
      conflict(1000 + n, { target: id(5000 + n), happened_at: NOW + HAPPENED + n }),
    );
    receive(device, { rows: { [OWN]: gone }, seq: 4 });
    expect(items(device)).toMatchObject([{ id: id(800) }]);
    expect(device.engine.attention).toBe(1);
  });
  test("is neither shown nor counted where it is about hidden fields alone, of which it tells nothing", () => {
    const device = met({ lost: [], kept: [], stands: {} });
    expect(items(device)).toEqual([]);
    expect(device.engine.attention).toBe(0);
  });
  test("names whom one met, the record, what stands since when, and one's own value as this device still knows it", () => {
    const device = met();
    expect(items(device)).toMatchObject([
      {
        ...{ id: id(800), root: PERSON, other: ANNA, otherName: "Anna" },
        ...{ kind: "customer", target: C, targetRoot: C, label: "Customer 100", happenedAt: NOW + HAPPENED },
        lost: [{ field: "city", value: "hers", at: NOW + 9000, from: "told", mine: { value: "mine", at: NOW + 5 } }],
        kept: [],
      },
    ]);
    expect(items(device)[0]?.values).toMatchObject({ name: "Customer 100" });
    expect(device.engine.attention).toBe(1);
  });

  test("of a value that a backup holds, or that another device had written, does not know it", () => {
    const device = met();
    receive(device, { covered: 1, seq: 4 });
    expect(items(device)[0]?.lost[0]?.mine).toBeNull();
    const other = open(8);
    receive(other, {
      rows: { shared: people, [BUCKET]: [customerRow(100, { city: "hers" })], [OWN]: [conflict(800)] },
    });
    expect(items(other)[0]?.lost).toMatchObject([{ value: "hers", at: NOW - 1000, mine: null }]);
  });

  test("tells whether its field was written again since, here or elsewhere; one's own is what had met there", () => {
    const device = met();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "third" }, HAPPENED + 1)] }, seq: 4 });
    expect(items(device)[0]?.lost).toMatchObject([{ value: "third", from: "elsewhere", mine: { value: "mine" } }]);
    device.world.ms += HAPPENED + 9;
    device.save({ kind: "customer", id: C, root: C, v: { city: "fourth" } });
    expect(items(device)[0]?.lost).toMatchObject([{ value: "fourth", from: "here", mine: { value: "mine" } }]);
  });

  test("takes for the other's only what stood after it, not what a third one wrote before and sent later", () => {
    const device = met();
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "Ben's" }, 20_000)] }, seq: 4 });
    expect(items(device)[0]?.lost).toMatchObject([{ value: "Ben's", from: "elsewhere", mine: { value: "mine" } }]);
  });

  test("takes for what gave way what was written before, where one wrote again in the meantime", () => {
    const device = open();
    receive(device, { rows: { shared: people, [BUCKET]: [customerRow(100, { city: "before" })] } });
    device.world.ms += 5;
    device.save({ kind: "customer", id: C, root: C, v: { city: "first" } });
    receive(device, { pushed: 1, seq: 2 });
    device.world.ms = NOW + 20_000;
    device.save({ kind: "customer", id: C, root: C, v: { city: "second" } });
    receive(device, {
      pushed: 1,
      rows: { [BUCKET]: [customerRow(100, { city: "hers" }, 9000)], [OWN]: [conflict(800)] },
      seq: 3,
    });
    expect(items(device)[0]?.lost).toMatchObject([{ value: "second", from: "here", mine: { value: "first" } }]);
  });

  test("tells what is kept: one's own, whichever device wrote it", () => {
    const device = met({ lost: null, kept: ["city", "name"] });
    expect(items(device)).toMatchObject([{ lost: [], kept: [{ field: "city" }, { field: "name", from: "told" }] }]);
    expect(items(device)[0]?.kept[0]).toMatchObject({ value: "hers", mine: null });
  });

  test("is neither shown nor counted once it is taken off the list, and again when that is taken back", () => {
    const device = met();
    device.save({ kind: "conflict", id: id(800), root: PERSON, v: { deleted: true } });
    expect([items(device), device.engine.attention]).toEqual([[], 0]);
    device.save({ kind: "conflict", id: id(800), root: PERSON, v: { deleted: false } });
    expect([items(device).length, device.engine.attention]).toEqual([1, 1]);
  });

  test("is neither shown nor counted while its record, or its customer, is removed", () => {
    const device = met();
    const note = { customer: C, person: PERSON, written_at: NOW, body: "x" };
    receive(device, {
      rows: {
        [BUCKET]: [row("note", id(300), C, note)],
        [OWN]: [conflict(801, { target_kind: "note", target: id(300), lost: ["body"] })],
      },
      seq: 4,
    });
    expect(device.engine.attention).toBe(2);
    device.save({ kind: "note", id: id(300), root: C, v: { deleted: true } });
    expect([items(device).length, device.engine.attention]).toEqual([1, 1]);
    device.save({ kind: "note", id: id(300), root: C, v: { deleted: null } });
    device.save({ kind: "customer", id: C, root: C, v: { deleted: true } });
    expect([items(device), device.engine.attention]).toEqual([[], 0]);
    device.save({ kind: "customer", id: C, root: C, v: { deleted: null } });
    expect([items(device).length, device.engine.attention]).toEqual([2, 2]);
  });

  test("is neither shown nor counted where its record is not on the device any more, or of a kind that only a newer app knows", () => {
    const device = met();
    receive(device, {
      rows: { [OWN]: [conflict(801, { target_kind: "spaceship" }), conflict(802, { target: id(999) })] },
      seq: 4,
    });
    expect([items(device).length, device.engine.attention]).toEqual([1, 1]);
    receive(device, { rows: { [BUCKET]: [{ k: "moved", i: C, r: C, h: 1 }] }, seq: 5 });
    expect([items(device), device.engine.attention]).toEqual([[], 0]);
  });

  test("stands in a list of its own, newest first, and no more than are asked for", () => {
    const device = met();
    receive(device, {
      rows: { [OWN]: [conflict(801, { happened_at: NOW + 2 * HAPPENED }), conflict(802, { happened_at: NOW })] },
      seq: 4,
    });
    expect(items(device).map((item) => item.id)).toEqual([id(801), id(800), id(802)]);
    expect(items(device, 1).map((item) => item.id)).toEqual([id(801)]);
    expect(device.engine.attention).toBe(3);
  });

  test.each(["held", "rejected"] as const)("takes nothing for one's own that the server had %s", (verdict) => {
    const device = met({ happened_at: NOW + 9500 });
    device.world.ms = NOW + 9400;
    device.save({ kind: "customer", id: C, root: C, v: { city: "later" } });
    receive(device, { pushed: 2, verdicts: [{ n: 2, verdict, code: "forbidden" }], seq: 4 });
    expect(items(device)[0]?.lost).toMatchObject([{ value: "hers", from: "told", mine: { value: "mine" } }]);
  });
});

test("what is of the whole team is told as well", () => {
  const device = open(7, undefined, undefined, "manager");
  const territory = row("territory", TERRITORY, "shared", { name: "South" }, 9000);
  const v = { target_kind: "territory", target: TERRITORY, lost: ["name"] };
  receive(device, { rows: { shared: [...people, territory], [OWN]: [conflict(800, v)] } });
  expect(items(device)).toMatchObject([{ targetRoot: "shared", label: "South", lost: [{ value: "South" }] }]);
});

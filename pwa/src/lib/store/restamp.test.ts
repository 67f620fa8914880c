import { describe, expect, test } from "vitest";
import { total } from "$sync/joins.ts";
import { addTo, append, plus, removeFrom } from "./change.ts";
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
  shown,
  stamp,
  sumsOf,
} from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";

const C = id(100);
const TASK = id(300);
const VISIT = id(200);
const RESTORED = 1_795_000_000_000;
const task = (snoozes: object) =>
  row("task", TASK, C, { title: "Call", person: PERSON, customer: C, status: "open", snoozes } as never);
const visit = row("visit", VISIT, C, { customer: C, person: PERSON, status: "open", checked_in_at: NOW });
const customer = customerRow(100, { tags: { cash: [[stamp(-1000)], []] } });

/** A device under number 7 that knows a customer with a tag, a visit and a task that this device has put off three times. */
function known(database: NodeDatabase): Fixture {
  const device = open(7, database);
  receive(device, { rows: { [BUCKET]: [customer, visit, task({ "0007": [3, 0], "0002": [1, 0] })] } });
  return device;
}

function writeAll(device: Fixture): void {
  device.world.ms += 5;
  device.save({ kind: "customer", id: C, root: C, v: { tags: addTo("chain", "new") } });
  device.save({ kind: "customer", id: C, root: C, v: { tags: removeFrom("cash", "new") } });
  device.save({ kind: "visit", id: VISIT, root: C, v: { comments: append("first") } });
  device.save({ kind: "task", id: TASK, root: C, v: { snoozes: plus(2) } });
  device.save({ kind: "task", id: TASK, root: C, v: { snoozes: plus(1) } });
}

const values = ({ engine }: Fixture) => engine.unsent().map(({ v }) => v);
const snoozes = (device: Fixture) => total(shown(device, "task", TASK)?.snoozes as never);

describe("what is unsent under a new device number", () => {
  test("has its stamps everywhere, and counts on from what the server has", () => {
    const database = new NodeDatabase();
    writeAll(known(database));
    const device = open(9, database);
    const own = (counter: number) => `${stamp(5, 7).slice(0, 10)}000${counter}0009`;
    expect(values(device)).toEqual([
      { tags: { chain: [[own(0)], []], new: [[own(0)], []] } },
      { tags: { cash: [[], [stamp(-1000)]], new: [[], [own(0)]] } },
      { comments: { [own(2)]: "first" } },
      { snoozes: { "0009": [2, 0] } },
      { snoozes: { "0009": [3, 0] } },
    ]);
    expect(device.engine.query("customer.one", { id: C })?.customer.tags).toEqual(["chain"]);
    expect(snoozes(device)).toBe(7);
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
  });

  test("shows the same when the server has taken it, and its checksum is that of what is shown", () => {
    const database = new NodeDatabase();
    writeAll(known(database));
    const device = open(9, database);
    receive(device, { pushed: 5, seq: 6 });
    expect(snoozes(device)).toBe(7);
    const { running, real } = sumsOf(device);
    expect(running).toEqual(real);
    expect(shown(device, "task", TASK)?.snoozes).toEqual({ "0007": [3, 0], "0002": [1, 0], "0009": [3, 0] });
  });
});

test("what a restored server has lost is counted on from what it has, though the record shows the old total", () => {
  const database = new NodeDatabase();
  const before = known(database);
  writeAll(before);
  receive(before, { pushed: 5, seq: 6 });
  expect(snoozes(before)).toBe(7);
  const device = open(9, database);
  receive(device, {
    pushed: 0,
    rows: { [BUCKET]: [customer, visit, task({ "0007": [3, 0], "0002": [1, 0] })] },
    cursors: { [BUCKET]: [RESTORED, 3] },
  });
  expect(values(device).slice(3)).toEqual([{ snoozes: { "0009": [2, 0] } }, { snoozes: { "0009": [3, 0] } }]);
  expect(snoozes(device)).toBe(7);
  receive(device, { pushed: 5, cursors: { [BUCKET]: [RESTORED, 8] } });
  expect(snoozes(device)).toBe(7);
  const { running, real } = sumsOf(device);
  expect(running).toEqual(real);
});

test("under the same number everything is offered as it was", () => {
  const database = new NodeDatabase();
  const device = known(database);
  writeAll(device);
  const before = values(device);
  receive(device, { pushed: 5, seq: 6 });
  receive(device, {
    pushed: 0,
    rows: { [BUCKET]: [customer, visit, task({ "0007": [3, 0] })] },
    cursors: { [BUCKET]: [RESTORED, 3] },
  });
  expect(values(device)).toEqual(before);
  expect(snoozes(device)).toBe(6);
});

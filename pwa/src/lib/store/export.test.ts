import { describe, expect, test } from "vitest";
import type { Verdict } from "$sync/messages.ts";
import type { Change } from "./change.ts";
import { BUCKET, customerRow, type Fixture, id, open, PERSON, receive, TERRITORY } from "./fixtures.ts";

const C = id(100);
const D = id(101);
const exported = ({ engine }: Fixture) => JSON.parse(engine.exportUnsent());

/** A device with one customer, whose changes the server has answered with these verdicts. */
function refused(changes: readonly Change[], verdicts: readonly Verdict[]): Fixture {
  const device = open();
  receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "Hel" })] } });
  for (const change of changes) device.save(change);
  receive(device, { pushed: changes.length, verdicts, seq: 2 });
  return device;
}

const city: Change = { kind: "customer", id: C, root: C, v: { city: "Gdynia" } };
const street: Change = { kind: "customer", id: C, root: C, v: { street: "Long" } };

describe("refused work", () => {
  test("counts as what is on this device alone until somebody has looked at it", () => {
    const device = refused([city, street], [{ n: 1, verdict: "rejected", code: "forbidden" }]);
    expect([device.engine.waiting, device.engine.refused]).toEqual([0, 1]);
    device.engine.dismiss(1);
    expect(device.engine.refused).toBe(0);
  });

  test("is in the export with its values and why, and nothing of what others wrote", () => {
    const device = refused([city], [{ n: 1, verdict: "rejected", code: "wrong_type", field: "city" }]);
    expect(exported(device)).toMatchObject({
      edits: [],
      refused: [
        { code: "wrong_type", edits: [{ kind: "customer", id: C, root: C, v: { city: "Gdynia" }, field: "city" }] },
      ],
    });
    expect(device.engine.exportUnsent()).not.toContain("Hel");
  });

  test("is exported with all that went down with it", () => {
    const note = { customer: D, person: PERSON, written_at: 1, body: "Opens in May" };
    const device = refused(
      [
        { kind: "customer", id: D, root: D, v: { name: "New", territory: TERRITORY } },
        { kind: "note", id: id(300), root: D, v: note },
      ],
      [
        { n: 1, verdict: "rejected", code: "forbidden" },
        { n: 2, verdict: "rejected", code: "missing_root" },
      ],
    );
    expect(device.engine.refused).toBe(1);
    expect(exported(device).refused[0].edits.map(({ v }: Change) => v)).toEqual([
      { name: "New", territory: TERRITORY },
      note,
    ]);
  });

  test("is not what the server holds for somebody to decide on, nor what it took in a conflict", () => {
    const device = refused(
      [city, street],
      [
        { n: 1, verdict: "held", code: "forbidden" },
        { n: 2, verdict: "conflict", field: "street", losers: [] },
      ],
    );
    expect(device.engine.attention).toBe(2);
    expect([device.engine.refused, exported(device).refused]).toEqual([0, []]);
  });

  test("is what was refused beside something that is held, and that alone", () => {
    const note = { customer: D, person: PERSON, written_at: 1, body: "Opens in May" };
    const device = refused(
      [
        { kind: "customer", id: D, root: D, v: { name: "New", territory: TERRITORY } },
        { kind: "note", id: id(300), root: D, v: note },
      ],
      [
        { n: 1, verdict: "held", code: "forbidden" },
        { n: 2, verdict: "rejected", code: "missing_root" },
      ],
    );
    expect(device.engine.refused).toBe(1);
    expect(exported(device).refused[0].edits.map(({ v }: Change) => v)).toEqual([note]);
  });
});

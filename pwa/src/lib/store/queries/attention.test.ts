import { describe, expect, test } from "vitest";
import { newId } from "$sync/identifier.ts";
import { addTo } from "../change.ts";
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
  TERRITORY,
} from "../fixtures.ts";

const C = id(100);
const ANNA = id(50);
const OWN = `u:${PERSON}`;
const people = [
  row("person", PERSON, "shared", { name: "Marek", role: "rep" }),
  row("person", ANNA, "shared", { name: "Anna", role: "manager" }),
];

function known(): Fixture {
  const device = open();
  receive(device, { rows: { shared: people, [BUCKET]: [customerRow(100, { city: "before" })] } });
  return device;
}

const items = ({ engine }: Fixture) => engine.query("attention.list", { limit: 9 });
const held = (number: number, root: string, v: object) =>
  row("held_edit", id(number), root, {
    person: PERSON,
    customer: C,
    target_kind: "customer",
    target: C,
    code: "forbidden",
    written_at: NOW + 5,
    status: "waiting",
    ...v,
  });

describe("what needs a look", () => {
  test("of a conflict that this device lost: its value, what it had seen, what stands and since when", () => {
    const device = known();
    device.world.ms += 5;
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, {
      pushed: 1,
      verdicts: [
        {
          n: 1,
          verdict: "conflict",
          field: "city",
          losers: [{ field: "city", value: "mine", at: stamp(5, 7), person: PERSON, winner: ANNA }],
        },
      ],
      rows: { [BUCKET]: [customerRow(100, { city: "theirs" }, 9000)] },
      seq: 2,
    });
    expect(items(device)).toMatchObject([
      {
        verdict: "conflict",
        field: "city",
        label: "Customer 100",
        written: { city: "mine" },
        writtenAt: NOW + 5,
        base: { city: "before" },
        standing: { city: "theirs" },
        standingAt: { city: NOW + 9000 },
        losers: [{ value: "mine", person: PERSON, personName: "Marek", winner: ANNA, winnerName: "Anna" }],
        outcome: null,
      },
    ]);
  });

  test("of a conflict: whether what stands is what met there, or was written since, here or elsewhere", () => {
    const device = known();
    device.world.ms += 5;
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    const lost = { field: "city", value: "mine", at: stamp(5, 7), person: PERSON, winner: ANNA };
    receive(device, {
      ...{ pushed: 1, verdicts: [{ n: 1, verdict: "conflict", field: "city", losers: [lost] }], seq: 2 },
      rows: { [BUCKET]: [customerRow(100, { city: "theirs" }, 9000)] },
    });
    const from = () => items(device)[0]?.standingFrom.city;
    expect(from()).toBe("told");
    receive(device, { rows: { [BUCKET]: [customerRow(100, { city: "third" }, 8000)] }, seq: 3 });
    expect(from()).toBe("elsewhere");
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    expect(from()).toBe("here");
    expect(items(device)[0]?.losers[0]).not.toHaveProperty("stands");
  });

  test("of a conflict that this device won: the other's value with his name", () => {
    const device = known();
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, {
      pushed: 1,
      verdicts: [
        {
          n: 1,
          verdict: "conflict",
          field: "city",
          losers: [{ field: "city", value: "hers", at: stamp(-5, 3), person: ANNA }],
        },
      ],
      seq: 2,
    });
    expect(items(device)).toMatchObject([
      { standing: { city: "mine" }, losers: [{ value: "hers", at: NOW - 5, personName: "Anna" }] },
    ]);
  });

  test("of an edit that is held: what has become of it, as soon as its receipt tells", () => {
    const device = known();
    device.world.ms += 5;
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "held", code: "forbidden" }], seq: 2 });
    expect(items(device)[0]?.outcome).toBeNull();
    receive(device, { rows: { [OWN]: [held(700, PERSON, { offer: id(701) })] }, seq: 3 });
    expect(items(device)[0]?.outcome).toEqual({
      ...{ receipts: [id(700)], status: "waiting" },
      ...{ person: "", personName: "", at: null },
    });
    const decided = { status: "applied", decided_by: ANNA, decided_at: NOW + 60_000, offer: id(701) };
    receive(device, { rows: { [OWN]: [held(700, PERSON, decided)] }, seq: 4 });
    expect(items(device)[0]?.outcome).toEqual({
      receipts: [id(700)],
      status: "applied",
      person: ANNA,
      personName: "Anna",
      at: NOW + 60_000,
    });
  });

  test("of an edit that is held and was written by a clock that is ahead: what has become of it, too", () => {
    const device = known();
    device.world.ms += 3_600_000;
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, { pushed: 1, verdicts: [{ n: 1, verdict: "held", code: "forbidden" }], seq: 2 });
    const receipt = (ms: number, v: object) =>
      row("held_edit", newId(ms, new Uint8Array(10)), PERSON, { ...held(1, PERSON, {}).v, written_at: ms, ...v });
    const discarded = { status: "discarded", decided_by: ANNA, decided_at: NOW };
    const others = [
      receipt(NOW, { ...discarded, target: id(101) }),
      receipt(NOW - 30, discarded),
      receipt(NOW + 9, discarded),
    ];
    receive(device, { rows: { [OWN]: [...others, receipt(NOW - 20, { offer: id(701) })] }, seq: 3 });
    expect(items(device)[0]?.outcome).toMatchObject({ status: "waiting" });
    const decided = { status: "applied", decided_by: ANNA, decided_at: NOW + 60_000, offer: id(701) };
    receive(device, { rows: { [OWN]: [receipt(NOW - 20, decided)] }, seq: 4 });
    expect(items(device)[0]?.outcome).toMatchObject({ status: "applied", personName: "Anna", at: NOW + 60_000 });
  });

  test("of several edits of a record that such a clock had sent at once: nothing where they came to different ends", () => {
    const device = known();
    device.world.ms += 3_600_000;
    for (const city of ["one", "two"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    const verdicts = [1, 2].map((n) => ({ n, verdict: "held", code: "forbidden" }) as const);
    receive(device, { pushed: 2, verdicts, seq: 2 });
    const receipts = (...said: readonly string[]) =>
      said.map((status, at) =>
        row("held_edit", newId(NOW, new Uint8Array(10).fill(at)), PERSON, {
          ...held(1, PERSON, {}).v,
          ...{ written_at: NOW, status, ...(status !== "waiting" && { decided_by: ANNA, decided_at: NOW + 9 }) },
        }),
      );
    const outcomes = () => items(device).map(({ outcome }) => outcome?.status ?? null);
    receive(device, { rows: { [OWN]: receipts("applied", "waiting") }, seq: 3 });
    expect(outcomes()).toEqual(["waiting", "waiting"]);
    receive(device, { rows: { [OWN]: receipts("applied", "discarded") }, seq: 4 });
    expect(outcomes()).toEqual([null, null]);
    receive(device, { rows: { [OWN]: receipts("applied", "applied") }, seq: 5 });
    expect(items(device).map(({ outcome }) => outcome?.receipts.length)).toEqual([2, 2]);
  });

  test("what the customer was called is known also when he has left the device", () => {
    const device = known();
    device.save({ kind: "customer", id: C, root: C, v: { city: "mine" } });
    receive(device, {
      pushed: 1,
      verdicts: [{ n: 1, verdict: "held", code: "forbidden" }],
      grants: ["shared", OWN],
      cursors: {},
      complete: [],
      seq: 2,
    });
    expect(shown(device, "customer", C)).toBeUndefined();
    expect(items(device)[0]).toMatchObject({ verdict: "held", label: "", about: "Customer 100" });
  });

  test("a refused group is one thing, with all of its edits and the field to blame", () => {
    const device = known();
    const order = { kind: "note", id: id(300), root: C, v: { customer: C, person: PERSON, written_at: NOW } } as const;
    const result = device.engine.write(
      [order, { kind: "customer", id: C, root: C, v: { city: "x", tags: addTo("new") } }],
      "together",
      true,
    );
    expect(result.saved).toBe(true);
    receive(device, {
      pushed: 2,
      verdicts: [
        { n: 1, verdict: "rejected", code: "forbidden_field" },
        { n: 2, verdict: "rejected", code: "forbidden_field", field: "city" },
      ],
      seq: 2,
    });
    expect(items(device)).toMatchObject([
      { kind: "note", code: "forbidden_field", more: [{ kind: "customer", id: C, field: "city", v: { city: "x" } }] },
    ]);
    expect(device.engine.attention).toBe(1);
  });

  test("a refused creation and what follows it are one thing, whatever reply they come with", () => {
    const device = known();
    const [shop, note] = [id(101), id(300)];
    device.save(
      { kind: "customer", id: shop, root: shop, v: { name: "Shop", territory: TERRITORY } },
      { kind: "customer", id: shop, root: shop, v: { city: "Lodz" } },
    );
    device.save({ kind: "note", id: note, root: shop, v: { customer: shop, person: PERSON, written_at: NOW } });
    receive(device, {
      pushed: 2,
      verdicts: [
        { n: 1, verdict: "rejected", code: "wrong_type", field: "name" },
        { n: 2, verdict: "rejected", code: "missing_field", field: "name" },
      ],
      seq: 2,
    });
    receive(device, { pushed: 3, verdicts: [{ n: 3, verdict: "held", code: "missing_root", field: "root" }], seq: 3 });
    expect(items(device)).toMatchObject([
      {
        verdict: "rejected",
        field: "name",
        more: [
          { kind: "customer", v: { city: "Lodz" }, field: "", held: false, receipts: [] },
          { kind: "note", id: note, field: "", held: true, receipts: [] },
        ],
      },
    ]);
    expect(device.engine.attention).toBe(1);
  });

  test("of what the server keeps for a refused creation: the receipts, until somebody has let go of it", () => {
    const device = known();
    const [shop, note] = [id(101), id(300)];
    device.save({ kind: "customer", id: shop, root: shop, v: { name: "Shop", territory: TERRITORY } });
    device.save({ kind: "note", id: note, root: shop, v: { customer: shop, person: PERSON, written_at: NOW } });
    const waits = { target_kind: "note", target: note, code: "missing_root" };
    receive(device, {
      pushed: 2,
      verdicts: [
        { n: 1, verdict: "rejected", code: "wrong_type", field: "name" },
        { n: 2, verdict: "held", code: "missing_root", field: "root" },
      ],
      rows: { [OWN]: [held(700, PERSON, waits)] },
      seq: 2,
    });
    expect(items(device)[0]?.more).toMatchObject([{ held: true, receipts: [id(700)] }]);
    device.save({ kind: "held_edit", id: id(700), root: PERSON, v: { status: "discarded" } });
    expect(items(device)[0]?.more).toMatchObject([{ held: false, receipts: [] }]);
  });

  test("two groups refused by one reply are two things, and a conflict within a group is its own", () => {
    const device = known();
    for (const city of ["a", "b"]) {
      device.engine.write(
        [
          { kind: "customer", id: C, root: C, v: { city } },
          { kind: "customer", id: C, root: C, v: { street: city } },
        ],
        city,
        true,
      );
    }
    const conflict = { verdict: "conflict", field: "city", losers: [] } as const;
    receive(device, {
      pushed: 4,
      verdicts: [
        { n: 1, ...conflict },
        { n: 2, ...conflict, field: "street" },
        { n: 3, verdict: "held", code: "forbidden" },
        { n: 4, verdict: "held", code: "forbidden" },
      ],
      seq: 2,
    });
    expect(items(device).map(({ verdict, more }) => [verdict, more.length])).toEqual([
      ["held", 1],
      ["conflict", 0],
      ["conflict", 0],
    ]);
  });

  test("a group that met removed records is one thing, and all of it is brought back", () => {
    const device = known();
    const [note, deal] = [id(201), id(202)];
    const place = { customer: C };
    receive(device, {
      rows: {
        [BUCKET]: [
          row("note", note, C, { ...place, person: PERSON, written_at: NOW, body: "x" }),
          row("deal", deal, C, { ...place, title: "Autumn", stage: "new" }),
        ],
      },
      seq: 2,
    });
    const changes = [
      { kind: "note", id: note, root: C, v: { body: "y" } },
      { kind: "deal", id: deal, root: C, v: { title: "Winter" } },
    ] as const;
    device.engine.write(changes, "together", true);
    device.save({ kind: "customer", id: C, root: C, v: { city: "after" } });
    const gone = { deleted: true } as const;
    receive(device, {
      pushed: 3,
      verdicts: [1, 2, 3].map((n) => ({ n, verdict: "merged", field: "deleted" })),
      rows: {
        [BUCKET]: [
          row("note", note, C, { ...place, person: PERSON, written_at: NOW, body: "y", ...gone }, 20),
          row("deal", deal, C, { ...place, title: "Winter", stage: "new", ...gone }, 20),
        ],
      },
      seq: 4,
    });
    const [alone, group, ...others] = items(device);
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      id: note,
      more: [{ kind: "deal", id: deal, v: { title: "Winter" } }],
      removed: [
        { kind: "note", id: note, root: C },
        { kind: "deal", id: deal, root: C },
      ],
    });
    expect(alone).toMatchObject({ id: C, more: [], removed: [] });
  });

  test("words merged and applied edits are quiet, an edit of what somebody removed is not", () => {
    const device = known();
    for (const city of ["a", "b", "c"]) device.save({ kind: "customer", id: C, root: C, v: { city } });
    receive(device, {
      pushed: 3,
      verdicts: [
        { n: 2, verdict: "merged" },
        { n: 3, verdict: "merged", field: "deleted" },
      ],
      rows: { [BUCKET]: [customerRow(100, { deleted: true }, 9000)] },
      seq: 2,
    });
    expect(items(device)).toMatchObject([{ verdict: "merged", field: "deleted", written: { city: "c" } }]);
  });
});

describe("held edits", () => {
  const rows = (device: Fixture, ...offers: ReturnType<typeof held>[]) =>
    receive(device, { rows: { [BUCKET]: offers }, seq: 9 });

  test("what waits for this person's decision comes with author, values and what stands, oldest first", () => {
    const device = known();
    rows(
      device,
      held(701, C, { person: ANNA, values: { city: "hers", street: "new" }, written_at: NOW - 5 }),
      held(702, C, { person: ANNA, values: { city: "first" }, written_at: NOW - 9 }),
      held(703, C, { person: ANNA, values: { city: "gone" }, status: "discarded" }),
      held(704, C, { person: ANNA, values: {}, code: "missing_root" }),
    );
    receive(device, { rows: { [OWN]: [held(705, PERSON, { offer: id(701) })] }, seq: 10 });
    expect(device.engine.query("held.offers", { limit: 9 })).toMatchObject([
      { id: id(702), writtenAt: NOW - 9 },
      {
        id: id(701),
        root: C,
        personName: "Anna",
        customerName: "Customer 100",
        code: "forbidden",
        edits: [
          {
            label: "Customer 100",
            isHeld: true,
            values: { city: "hers", street: "new" },
            standing: { city: "before", street: null },
          },
        ],
      },
    ]);
  });

  test("a group waits as a whole, with records that would be made by it", () => {
    const device = known();
    const more = [{ kind: "note", id: id(300), root: C, v: { customer: C, body: "x" } }];
    rows(device, held(701, C, { person: ANNA, values: { city: "hers" }, more }));
    const [offer] = device.engine.query("held.offers", { limit: 9 });
    expect(offer?.edits.map(({ kind, isHeld }) => [kind, isHeld])).toEqual([
      ["customer", true],
      ["note", false],
    ]);
  });

  test("what was decided on one's own edits since, newest first, with who decided", () => {
    const device = known();
    const decided = (at: number, status: string, by: string | null) => ({
      offer: id(701),
      status,
      decided_by: by,
      decided_at: at,
    });
    receive(device, {
      rows: {
        [OWN]: [
          held(710, PERSON, decided(NOW - 5000, "applied", ANNA)),
          held(711, PERSON, decided(NOW - 1000, "discarded", ANNA)),
          held(712, PERSON, decided(NOW - 100, "applied", null)),
          held(713, PERSON, { offer: id(701) }),
        ],
      },
      seq: 3,
    });
    const since = (ms: number) => device.engine.query("held.decided", { since: ms, limit: 9 });
    expect(since(NOW - 1000).map(({ status, personName }) => [status, personName])).toEqual([
      ["applied", ""],
      ["discarded", "Anna"],
    ]);
    expect(since(0)).toHaveLength(3);
  });

  test("a decision is an edit of the offer's status", () => {
    const device = known();
    rows(device, held(701, C, { person: ANNA, values: { city: "hers" } }));
    device.save({ kind: "held_edit", id: id(701), root: C, v: { status: "applied" } });
    expect(shown(device, "held_edit", id(701))?.status).toBe("applied");
    expect(device.engine.query("held.offers", { limit: 9 })).toEqual([]);
    const { engine } = device;
    expect(engine.write([{ kind: "held_edit", id: id(701), root: C, v: { code: "mine" } }], "k").saved).toBe(false);
  });
});

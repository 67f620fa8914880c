import { expect, test } from "vitest";
import { BUCKET, customerRow, id, NOW, open, PERSON, receive, row, stamp } from "../fixtures.ts";

const C = id(100);

/** A customer with a note, a deal and a planned visit. */
function book() {
  const device = open();
  receive(device, {
    rows: {
      shared: [row("person", PERSON, "shared", { name: "Marek", role: "rep" })],
      [BUCKET]: [
        customerRow(100, { name: "Nowak", city: "Łódź" }),
        row("note", id(200), C, { customer: C, person: PERSON, written_at: NOW, body: "Closed on Mondays" }),
        row("deal", id(300), C, { customer: C, title: "Autumn", stage: "new" }),
        row("visit", id(400), C, { customer: C, person: PERSON, status: "planned" }),
      ],
    },
  });
  return device;
}

test("a record of any kind comes with its title and its customer", () => {
  const { engine } = book();
  expect(engine.query("record.one", { kind: "deal", id: id(300) })).toMatchObject({
    kind: "deal",
    label: "Autumn",
    customer: { id: C, name: "Nowak" },
    record: { id: id(300), root: C, stage: "new", waiting: false },
  });
  expect(engine.query("record.one", { kind: "customer", id: C })).toMatchObject({ label: "Nowak", customer: null });
  expect(engine.query("record.one", { kind: "deal", id: id(999) })).toBeNull();
});

test("a removed record comes only to whoever asks for removed ones, as for its history", () => {
  const device = book();
  device.save({ kind: "deal", id: id(300), root: C, v: { deleted: true } });
  const ref = { kind: "deal", id: id(300) } as const;
  expect(device.engine.query("record.one", ref)).toBeNull();
  expect(device.engine.query("record.one", { ...ref, removed: true })).toMatchObject({
    label: "Autumn",
    record: { id: id(300), deleted: true },
  });
});

test("records are called by their titles, a visit by its customer", () => {
  const { engine } = book();
  const refs = [
    { kind: "person", id: PERSON },
    { kind: "deal", id: id(300) },
    { kind: "visit", id: id(400) },
    { kind: "product", id: id(999) },
  ] as const;
  expect(engine.query("record.labels", { refs })).toEqual({
    [PERSON]: "Marek",
    [id(300)]: "Autumn",
    [id(400)]: "Nowak",
  });
});

test("the device knows of each field when it was written last, and of what waits what it found", () => {
  const device = book();
  const before = device.engine.query("record.known", { kind: "customer", id: C });
  expect(before).toEqual([
    {
      stamp: stamp(-1000),
      at: NOW - 1000,
      device: 3,
      isWaiting: false,
      changes: expect.arrayContaining([{ field: "city", old: null, new: "Łódź" }]),
    },
  ]);

  device.save({ kind: "customer", id: C, root: C, v: { city: "Kraków" } });
  device.world.ms += 1;
  device.save({ kind: "customer", id: C, root: C, v: { city: "Gdynia", street: "Portowa 1" } });
  const known = device.engine.query("record.known", { kind: "customer", id: C });
  expect(known.map(({ isWaiting, device: number }) => [isWaiting, number])).toEqual([
    [true, 7],
    [true, 7],
    [false, 3],
  ]);
  expect(known[0]?.changes).toEqual([
    { field: "city", old: "Kraków", new: "Gdynia" },
    { field: "street", old: null, new: "Portowa 1" },
  ]);
  expect(known[1]?.changes).toEqual([{ field: "city", old: "Łódź", new: "Kraków" }]);
  expect(known[2]?.changes.map(({ field }) => field)).not.toContain("city");
});

test("a record made here knows its own beginning", () => {
  const device = book();
  const note = { customer: C, person: PERSON, written_at: NOW, body: "New" };
  device.save({ kind: "note", id: id(201), root: C, v: note });
  const [made, ...more] = device.engine.query("record.known", { kind: "note", id: id(201) });
  expect(made?.changes.map(({ old }) => old)).toEqual([null, null, null, null]);
  expect(more).toEqual([]);
});

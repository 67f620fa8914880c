import { describe, expect, test } from "vitest";
import { ARCHIVE_DATES } from "$sync/schema.gen.ts";
import { BUCKET, customerRow, GRANTS, id, NOW, open, PERSON, reply, row } from "./fixtures.ts";
import type { OlderPage, OlderRecord } from "./older.ts";

const BAKERY = id(100);
const CHEMIST = id(101);
const MARKET = id(102);
const DAY = 86_400_000;

const note = (number: number, body = "x"): OlderRecord => ({
  kind: "note",
  id: id(number),
  v: { customer: BAKERY, person: PERSON, written_at: NOW - number * DAY, body },
});
const page = (rows: readonly OlderRecord[], next = "", count = rows.length): OlderPage => ({ rows, count, next });

function device() {
  const made = open();
  const rows = [100, 101, 102].map((number) => customerRow(number));
  made.engine.apply(reply({ rows: { [BUCKET]: rows }, cursors: { [BUCKET]: [1, 9] } }), NOW, NOW);
  const shown = (customer = BAKERY, limit = 50) => made.engine.query("customer.older", { customer, limit });
  const room = () => made.engine.query("sync.older", {});
  return { ...made, shown, room };
}

describe("older activity", () => {
  test("is unknown until somebody asks, then shown newest first with what the server has in all", () => {
    const { engine, shown } = device();
    expect(shown()).toBeNull();
    engine.keepOlder(BAKERY, "", page([note(500), note(501)], "more", 4));
    engine.keepOlder(BAKERY, "more", page([note(503), note(502)], "", 4));
    expect(shown()).toMatchObject({ count: 4, kept: 4, next: "", readAt: NOW });
    expect(shown()?.entries.map((entry) => entry.id)).toEqual([500, 501, 502, 503].map(id));
    expect(shown(BAKERY, 2)?.entries).toHaveLength(2);
    expect(shown()?.entries[0]).toEqual({
      kind: "note",
      id: id(500),
      at: NOW - 500 * DAY,
      text: "x",
      personName: null,
      waiting: false,
    });
  });

  test("of a customer without any is known to be none", () => {
    const { engine, shown } = device();
    engine.keepOlder(BAKERY, "", page([]));
    expect(shown()).toMatchObject({ count: 0, entries: [] });
  });

  test("begins anew with a first page, so that no hole is left", () => {
    const { engine, shown } = device();
    engine.keepOlder(BAKERY, "", page([note(500), note(501)]));
    engine.keepOlder(BAKERY, "", page([note(450)], "more", 3));
    expect(shown()?.entries.map((entry) => entry.id)).toEqual([id(450)]);
  });

  test("takes no page whose page before was dropped for room meanwhile, or that came already", () => {
    const { engine, world, shown } = device();
    engine.setOlderBudget(1_000);
    engine.keepOlder(BAKERY, "", page([note(500), note(501)], "more", 4));
    world.ms += 1;
    engine.keepOlder(CHEMIST, "", page([note(600, "y".repeat(2_000))]));
    engine.keepOlder(BAKERY, "more", page([note(502), note(503)], "", 4));
    expect(shown()).toBeNull();

    engine.keepOlder(BAKERY, "", page([note(500), note(501)], "more", 5));
    engine.keepOlder(BAKERY, "more", page([note(502), note(503)], "last", 5));
    engine.keepOlder(BAKERY, "last", page([note(504)], "", 5));
    engine.keepOlder(BAKERY, "more", page([note(502), note(503)], "last", 5));
    expect(shown()).toMatchObject({ kept: 5, next: "" });
  });

  test("is shown of every kind that goes into the archive", () => {
    const { engine, shown } = device();
    const rows = Object.entries(ARCHIVE_DATES).map(([kind, date], at) => ({
      kind,
      id: id(500 + at),
      v: { customer: BAKERY, person: PERSON, [date]: NOW - DAY },
    }));
    engine.keepOlder(BAKERY, "", page(rows));
    expect(
      shown()
        ?.entries.map((entry) => entry.kind)
        .sort(),
    ).toEqual(Object.keys(ARCHIVE_DATES).sort());
  });

  test("has calls, and what was seen on the shelf, with all that they say", () => {
    const { engine, shown } = device();
    const about = { customer: BAKERY, person: PERSON };
    const call = { ...about, called_at: NOW - DAY, result: "call_back", note: "after Easter" };
    const price = { price: 450, currency: "PLN", facings: 3, stock: "low", note: "on offer" };
    const check = { ...about, seen_at: NOW - 2 * DAY, competitor: "Lisner", name: "Herring", ...price };
    const rows = [
      { kind: "call", id: id(500), v: call },
      { kind: "shelf_check", id: id(501), v: check },
    ];
    engine.keepOlder(BAKERY, "", page(rows));
    expect(shown()?.entries).toMatchObject([
      { kind: "call", at: NOW - DAY, result: "call_back", text: "after Easter" },
      { kind: "shelf_check", at: NOW - 2 * DAY, name: "Lisner · Herring", price: 450, facings: 3, text: "on offer" },
    ]);
  });

  test("names of a file whatever opens it: the server has it still", () => {
    const { engine, shown } = device();
    const [digest, thumbnail] = ["a".repeat(64), "b".repeat(64)];
    const v = {
      customer: BAKERY,
      person: PERSON,
      type: "photo",
      media_type: "image/webp",
      size: 7,
      taken_at: NOW - DAY,
    };
    const bytes = { digest, thumbnail, stored: digest, stored_thumbnail: null };
    engine.keepOlder(BAKERY, "", page([{ kind: "file", id: id(500), v: { ...v, ...bytes } }]));
    const [file] = shown()?.entries ?? [];
    expect(file).toMatchObject({
      kind: "file",
      row: {
        ...{ id: id(500), root: BAKERY, type: "photo", mediaType: "image/webp", size: 7, takenAt: NOW - DAY },
        ...{ digest, thumbnail, isStored: true, isThumbnailStored: false },
      },
    });
  });

  test("passes over kinds that only a newer app shows, and what is among the records again", () => {
    const { engine, shown } = device();
    const visit: OlderRecord = { kind: "visit", id: id(501), v: { status: "done", checked_in_at: NOW - DAY } };
    engine.keepOlder(BAKERY, "", page([note(500), visit, { kind: "spaceship", id: id(502), v: {} }]));
    expect(shown()?.entries.map((entry) => entry.kind)).toEqual(["visit", "note"]);
    const back = row("note", id(500), BAKERY, note(500).v);
    engine.apply(reply({ rows: { [BUCKET]: [back] }, cursors: { [BUCKET]: [1, 10] } }), NOW, NOW);
    expect(shown()?.entries.map((entry) => entry.kind)).toEqual(["visit"]);
  });

  test("stays within its budget: who was opened longest ago goes, who is on the screen stays", () => {
    const { engine, world, shown, room } = device();
    engine.setOlderBudget(2_500);
    const kept = () => [BAKERY, CHEMIST, MARKET].filter((customer) => shown(customer) !== null);
    for (const [number, customer] of [BAKERY, CHEMIST].entries()) {
      world.ms += 1;
      engine.keepOlder(customer, "", page([note(500 + number, "x".repeat(1_000))]));
    }
    expect(room()).toMatchObject({ customers: 2, budget: 2_500 });
    world.ms += 1;
    engine.openOlder(BAKERY);
    world.ms += 1;
    engine.keepOlder(MARKET, "", page([note(502, "x".repeat(1_000))]));
    expect(kept()).toEqual([BAKERY, MARKET]);
    engine.keepOlder(MARKET, "", page([note(502, "x".repeat(9_000))]));
    expect(kept()).toEqual([MARKET]);
    engine.setOlderBudget(2_000);
    expect(kept()).toEqual([]);
    expect(room().used).toBe(0);
  });

  test("counts in no checksum", () => {
    const { engine, database } = device();
    const sums = () => database.all("SELECT * FROM total ORDER BY bucket");
    const before = sums();
    engine.keepOlder(BAKERY, "", page([note(500)]));
    expect(sums()).toEqual(before);
  });

  test("goes with the grant of its customer, and comes for nobody who has lost him", () => {
    const { engine, database, save } = device();
    engine.keepOlder(BAKERY, "", page([note(500)]));
    engine.keepOlder(CHEMIST, "", page([note(501)]));
    save({ kind: "customer", id: CHEMIST, root: CHEMIST, v: { city: "Łódź" } });
    engine.apply(reply({ grants: GRANTS.slice(0, 2), cursors: {} }), NOW, NOW);
    engine.keepOlder(BAKERY, "", page([note(500)]));
    engine.keepOlder(CHEMIST, "", page([note(501)]));
    expect(database.all("SELECT * FROM older")).toEqual([]);
    expect(database.all("SELECT * FROM older_of")).toEqual([]);
  });

  test("goes when its reader is shown less or more than before", () => {
    const { engine, shown } = device();
    engine.apply(reply({ view: "full", cursors: {} }), NOW, NOW);
    engine.keepOlder(BAKERY, "", page([note(500)]));
    engine.apply(reply({ view: "full", cursors: {} }), NOW, NOW);
    expect(shown()).not.toBeNull();
    engine.apply(reply({ view: "rep", cursors: {} }), NOW, NOW);
    expect(shown()).toBeNull();
  });

  test("is locked with everything else", () => {
    const { engine, world } = device();
    engine.apply(reply({ lease: DAY, cursors: {} }), NOW, NOW);
    engine.keepOlder(BAKERY, "", page([note(500)]));
    world.ms += 2 * DAY;
    expect(() => engine.query("customer.older", { customer: BAKERY, limit: 9 })).toThrow("locked");
    expect(() => engine.keepOlder(BAKERY, "", page([]))).toThrow("locked");
  });
});

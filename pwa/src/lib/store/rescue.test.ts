import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WatchedDatabase } from "./damage.ts";
import { ACCOUNT, BUCKET, customerRow, type Fixture, id, open, receive, shown } from "./fixtures.ts";
import { NodeDatabase } from "./node-database.ts";
import { isWorthIt, rescue, withEarlier } from "./rescue.ts";
import { StoreError } from "./store-error.ts";
import { everything } from "./unsent.ts";

const PAGE = 4096;
const CUSTOMERS = 400;
const WAITING = 120;
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "damage-"));
  path = join(folder, "store.sqlite3");
});
afterEach(() => rmSync(folder, { recursive: true }));

const city = (number: number, name: string) =>
  ({ kind: "customer", id: id(100 + number), root: id(100 + number), v: { city: name } }) as const;
const cities = ({ engine }: Fixture) => engine.unsent().map(({ n, v }) => [n, v.city]);
const waiting = (first = 2, last = WAITING + 1) =>
  Array.from({ length: last - first + 1 }, (_, at) => [first + at, `city ${first + at} ${"x".repeat(60)}`]);

/** A file with customers, one edit that was taken, one that was refused, and many that wait. */
function fill(): void {
  const device = open(7, new NodeDatabase(path));
  receive(device, {
    rows: { [BUCKET]: Array.from({ length: CUSTOMERS }, (_, at) => customerRow(100 + at, { city: "There" })) },
    seq: 5,
  });
  device.save(city(0, "taken"));
  receive(device, { pushed: 1, seq: 6, verdicts: [{ n: 1, verdict: "rejected", code: "forbidden" }] });
  for (const [n, name] of waiting()) device.save(city(Number(n), String(name)));
  device.engine.filesOnWifiOnly = true;
  device.database.close();
}

/** Fills pages of a table with zeros: of its leaves those that `isMeant`, by their place among them. */
function damage(table: string, isMeant: (at: number, of: number) => boolean = () => true, type = "leaf"): void {
  const database = new NodeDatabase(path);
  const pages = database.all<{ page: number }>(
    "SELECT pageno AS page FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path",
    [table, type],
  );
  database.close();
  const file = openSync(path, "r+");
  for (const [at, { page }] of pages.entries()) {
    if (isMeant(at, pages.length)) writeSync(file, Buffer.alloc(PAGE), 0, PAGE, (page - 1) * PAGE);
  }
  closeSync(file);
}

/** The rescued, and a new store that has taken it over, twice as after a crash. */
function mended() {
  const database = new NodeDatabase(path);
  const rescued = rescue(database, ACCOUNT);
  database.close();
  const anew = open();
  anew.engine.takeOver(rescued.unsent, rescued.settings);
  anew.engine.takeOver(rescued.unsent, rescued.settings);
  return { ...rescued, anew };
}

describe("a damaged file", () => {
  test("whose customers cannot be read loses nothing that waits, under its numbers", () => {
    fill();
    damage("customer_row");
    damage("customer_doc", (at) => at % 2 === 0);
    const { anew, told, unsent } = mended();
    expect(told).toEqual({ saved: WAITING, lost: 0, isListWhole: true });
    expect(cities(anew)).toEqual(waiting());
    expect(anew.engine.waiting).toBe(WAITING);
    expect(unsent.ack).toBe(1);
    expect(anew.database.all("SELECT device, n FROM kept")).toEqual([{ device: 7, n: 1 }]);
    expect(anew.engine.refused).toBe(1);
    expect(anew.engine.filesOnWifiOnly).toBe(true);
    // The server's rows come under it, and what is made from now on comes after all of it.
    receive(anew, { pushed: 1, rows: { [BUCKET]: [customerRow(103), customerRow(104)] }, seq: 7 });
    expect(shown(anew, "customer", id(104))?.city).toBe(waiting(4, 4)[0]?.[1]);
    expect(anew.save(city(3, "next"))).toEqual([WAITING + 2]);
    expect(shown(anew, "customer", id(103))?.city).toBe("next");
  });

  test("of whose outbox some pages are gone keeps all that lies on the others, and counts what is gone", () => {
    fill();
    damage("outbox", (at, of) => at === 1 || at === of - 2);
    const { anew, told, unsent } = mended();
    expect(told.lost).toBeGreaterThan(0);
    expect(told.saved).toBeGreaterThan(WAITING / 3);
    expect(told.saved + Number(told.lost)).toBe(WAITING);
    // Those before, between and after what is gone.
    const names = unsent.unsent.map(({ edit }) => edit.n);
    expect(names).toContain(2);
    expect(names).toContain(WAITING + 1);
    expect(anew.engine.waiting).toBe(told.saved);
    expect(cities(anew).map(([n]) => n)).toEqual(names.map((_, at) => 2 + at));
  });

  test("without its counters still has what waits under its numbers, above all stamps", () => {
    fill();
    damage("meta");
    const { anew, told } = mended();
    expect(told).toEqual({ saved: WAITING, lost: 0, isListWhole: true });
    expect(cities(anew)).toEqual(waiting());
    receive(anew, { pushed: 1, rows: { [BUCKET]: [customerRow(103)] }, seq: 7 });
    anew.save(city(3, "next"));
    expect(shown(anew, "customer", id(103))?.city).toBe("next");
  });

  test("of which neither the outbox nor the counters can be read is not given up without asking", () => {
    fill();
    damage("meta");
    damage("outbox");
    const { told, ...rescued } = mended();
    expect(told).toEqual({ saved: 0, lost: null, isListWhole: true });
    expect(isWorthIt({ told, ...rescued })).toBe(false);
  });

  test("that is no database any more is read as far as it goes: nowhere", () => {
    fill();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(PAGE), 0, PAGE, 0);
    closeSync(file);
    const found = mended();
    expect(found.told).toEqual({ saved: 0, lost: null, isListWhole: false });
    expect(isWorthIt(found)).toBe(false);
  });

  test("where nothing waited may go", () => {
    open(7, new NodeDatabase(path)).database.close();
    expect(isWorthIt(mended())).toBe(true);
  });

  test("is told once, whichever statement meets it, and under a code of its own", () => {
    fill();
    damage("outbox");
    let told = 0;
    const database = new WatchedDatabase(new NodeDatabase(path), () => {
      told += 1;
    });
    expect(database.get("SELECT value FROM meta WHERE name = 'ack'")).toEqual({ value: "1" });
    expect(told).toBe(0);
    const codes = [1, 2].map(() => {
      try {
        return database.all("SELECT * FROM outbox").length;
      } catch (reason) {
        return StoreError.from(reason).code;
      }
    });
    expect(codes).toEqual(["damaged", "damaged"]);
    expect(told).toBe(1);
  });
});

describe("what was rescued", () => {
  test("comes behind what was rescued before and is in no file yet", () => {
    fill();
    damage("outbox", (at) => at > 0);
    const before = mended();
    const anew = open();
    receive(anew, { rows: { [BUCKET]: [customerRow(105)] } });
    anew.save(city(5, "in the next file"));
    const joined = withEarlier(rescue(anew.database, ACCOUNT), before.unsent, before.told);
    const { saved, lost } = before.told;
    expect(joined.told).toEqual({ saved: saved + 1, lost, isListWhole: true });
    const names = joined.unsent.unsent.map(({ edit }) => [edit.n, edit.v.city]);
    expect(names).toEqual([...waiting(2, saved + 1), [saved + 2, "in the next file"]]);
    // The same file once more, after a crash.
    const again = withEarlier(before, before.unsent, before.told);
    expect([again.unsent.unsent, again.told]).toEqual([before.unsent.unsent, before.told]);
    // Another file, while nobody has read of the one before.
    expect(withEarlier(before, null, before.told).told.lost).toBe(2 * Number(lost));
  });

  test("is kept whole in one step", () => {
    fill();
    const { unsent } = mended();
    const { counters, added, taken } = everything(unsent);
    expect(counters).toMatchObject({ device: 7, ack: 1, edits: WAITING + 1 });
    expect(added).toHaveLength(WAITING);
    expect(taken).toMatchObject({ spans: [[7, 1, 1]] });
  });
});

/** Rows read as the server writes them: the same as by `JSON.parse`, or none at all. */

import { describe, expect, it } from "vitest";
import { checksumOfKind } from "$sync/checksum.ts";
import { docFromRow, type Row } from "$sync/messages.ts";
import type { PackedStamps, Values } from "$sync/record.ts";
import { BUCKET, customerRow, dump, open, reply, sumsOf } from "../store/fixtures.ts";
import { readExchange } from "./transport.ts";
import { readWrittenRows, WrittenRow } from "./written-rows.ts";

const ID = "01k834u56ifabat7v760m0iljr";
const [EARLY, LATE] = ["01k834u56i00000000", "01k834u56j00000000"];
const row = (v: Values, more: Partial<Row> = {}, s: PackedStamps = { [EARLY]: [] }): Row => ({
  ...{ k: "task", i: ID, r: "root" },
  ...more,
  ...{ v, s },
});

function read(rows: object, more: object = {}) {
  return readWrittenRows(JSON.stringify({ rows, now: 1, ...more }));
}

/** The rows as JSON reads them, without the class. */
function plain(rows: { readonly [bucket: string]: readonly Row[] } = {}) {
  const of = ({ k, i, r, h, v, s }: Row) => ({ k, i, r, ...(h && { h }), ...(v && { v }), ...(s && { s }) });
  return Object.fromEntries(Object.entries(rows).map(([bucket, page]) => [bucket, page.map(of)]));
}

describe("the rows of a reply as the server writes them", () => {
  it("are those that JSON reads, and the rest is the reply without them", () => {
    const rows = {
      "u:1": [row({ title: "Łódź }]} \\" }, { h: 7 })],
      shared: [],
      "t:1": [
        row({ title: '{"k":"task"},"s":{"' }, {}, { [EARLY]: ["title"], [LATE]: [] }),
        { k: "moved", i: ID, r: "root", h: 2 },
        row({ lines: [{ a: {} }, { i: 1 }] }, { k: "of_tomorrow" }, { [EARLY]: ["lines", "more"] }),
        row({}),
      ],
    };
    const found = read(rows, { pushed: 3 });
    expect(plain(found?.rows)).toEqual(rows);
    expect(JSON.parse(found?.rest ?? "")).toEqual({ now: 1, pushed: 3 });
  });

  it("carry their document as it was written, and give the checksum of any other reading", () => {
    const written = row({ title: "Łódź", tags: { vip: [[LATE], []] } }, { h: 3 }, { [EARLY]: ["title"], [LATE]: [] });
    const found = read({ "t:1": [written] })?.rows["t:1"]?.[0];
    if (!(found instanceof WrittenRow)) throw new Error("not read as written");
    expect(found.doc).toBe(JSON.stringify(docFromRow(written)));
    for (const kind of ["task", "customer"]) {
      const sum = checksumOfKind(kind, ID, 3, docFromRow(written));
      expect(checksumOfKind(kind, ID, 3, docFromRow(found), found.groups)).toBe(sum);
    }
  });

  it.each([
    ["space between", JSON.stringify({ rows: { "t:1": [row({})] }, now: 1 }, null, 1)],
    ["another order", JSON.stringify({ rows: { "t:1": [{ k: "task", r: "root", i: ID, v: {}, s: {} }] }, now: 1 })],
    ["more in a row", JSON.stringify({ rows: { "t:1": [{ ...row({}), z: [1] }] }, now: 1 })],
    ["no stamps", JSON.stringify({ rows: { "t:1": [row({}, {}, {}), row({})] }, now: 1 })],
    ["stamps out of order", JSON.stringify({ rows: { "t:1": [row({}, {}, { [LATE]: [], [EARLY]: ["a"] })] }, now: 1 })],
    ["stamps inside of values", JSON.stringify({ rows: { "t:1": [row({ a: { b: {}, s: { c: [] } } })] }, now: 1 })],
    ["a name with a quote", JSON.stringify({ rows: { "t:1": [row({}, { k: 'ta"sk' })] }, now: 1 })],
    ["a bucket twice", `{"rows":{"t:1":[],"t:1":[]},"now":1}`],
    ["rows twice", `{"rows":{"t:1":[]},"now":1,"rows":{}}`],
    ["rows twice, spelt otherwise", String.raw`{"rows":{"t:1":[]},"now":1,"ro\u0077s":{}}`],
    ["rows twice, with a gap", `{"rows":{"t:1":[]},"now":1,"rows" :{}}`],
    ["nothing after the rows", JSON.stringify({ rows: { "t:1": [row({})] } })],
    ["values that are no JSON", JSON.stringify({ rows: { "t:1": [row({ a: 1 })] }, now: 1 }).replace(":1}", ":01}")],
    ["an end too early", JSON.stringify({ rows: { "t:1": [row({ a: 1 })] }, now: 1 }).slice(0, 90)],
    ["no rows", JSON.stringify({ now: 1 })],
  ])("are not read so where there is %s", (_what, text) => {
    expect(readWrittenRows(text)).toBeNull();
  });

  it("leave the store as any other reading does, also where a row of the first load comes twice", () => {
    const [one, two, three] = [customerRow(1, { tags: {} }), customerRow(2), customerRow(3)];
    const pages = [
      reply({ rows: { [BUCKET]: [one, two, one] }, more: true, complete: [] }),
      reply({ rows: { [BUCKET]: [customerRow(2, { name: "Łódź" }, 5), three, customerRow(4)] }, seq: 2 }),
    ];
    const [asWritten, otherwise] = [open(), open()];
    for (const page of pages) {
      const { rows, ...rest } = page;
      const exchange = readExchange(200, JSON.stringify({ rows, ...rest }));
      if (exchange.kind !== "reply") throw new Error(exchange.kind);
      expect(exchange.reply.rows[BUCKET]?.every((one) => one instanceof WrittenRow)).toBe(true);
      asWritten.engine.apply(exchange.reply, page.now, page.now);
      otherwise.engine.apply(page, page.now, page.now);
    }
    expect(asWritten.database.all("SELECT id FROM customer ORDER BY id")).toHaveLength(4);
    expect(dump(asWritten.database)).toBe(dump(otherwise.database));
    const { running, real } = sumsOf(asWritten);
    expect(running).toEqual(real);
  });

  it("are the state under an edit that waits", () => {
    const [asWritten, otherwise] = [open(), open()];
    const later = reply({ rows: { [BUCKET]: [customerRow(1, { phone: "+48 1" }, 5)] }, seq: 2 });
    const { rows, ...rest } = later;
    const exchange = readExchange(200, JSON.stringify({ rows, ...rest }));
    if (exchange.kind !== "reply") throw new Error(exchange.kind);
    const { i } = customerRow(1);
    for (const [device, next] of [
      [asWritten, exchange.reply],
      [otherwise, later],
    ] as const) {
      device.engine.apply(reply({ rows: { [BUCKET]: [customerRow(1)] } }), later.now, later.now);
      expect(device.engine.write([{ kind: "customer", id: i, root: i, v: { name: "Mine" } }], "one").saved).toBe(true);
      device.engine.apply(next, later.now, later.now);
    }
    expect(asWritten.database.all("SELECT doc FROM shadow")).toHaveLength(1);
    expect(asWritten.database.all("SELECT doc FROM customer")).toEqual(
      otherwise.database.all("SELECT doc FROM customer"),
    );
    expect(asWritten.database.all("SELECT doc FROM shadow")).toEqual(otherwise.database.all("SELECT doc FROM shadow"));
  });
});

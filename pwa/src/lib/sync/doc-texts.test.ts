/** Documents cut out of a reply's text: the same as written anew, or none at all. */

import { describe, expect, it } from "vitest";
import type { Row } from "$sync/messages.ts";
import { BUCKET, customerRow, dump, open, reply, sumsOf } from "../store/fixtures.ts";
import { docTexts } from "./doc-texts.ts";
import { readExchange } from "./transport.ts";

const ID = "01k834u56ifabat7v760m0iljr";
const doc = (v: object) => ({ v, s: { "01k834u56i00000000": [] } });
const row = (v: object, h?: number) =>
  ({ k: "task", i: ID, r: "root", ...(h !== undefined && { h }), ...doc(v) }) as Row;

function cut(rows: { readonly [bucket: string]: readonly Row[] }, more: object = {}) {
  return docTexts(JSON.stringify({ rows, now: 1, ...more }), rows);
}

describe("the texts of the documents in a reply", () => {
  it("are what would be written anew, but for the last one", () => {
    const values = [
      { title: "Łódź }]} \\" },
      { title: '{"k":"task"' },
      { lines: [{ a: {} }, { i: 1 }] },
      { title: "end" },
    ];
    const [first, second, third, last] = values.map((v, at) => row(v, at === 1 ? 7 : undefined)) as [
      Row,
      Row,
      Row,
      Row,
    ];
    expect(cut({ "u:1": [first], shared: [], "t:1": [second, third, last] })).toEqual({
      "u:1": [JSON.stringify(doc(values[0] as object))],
      shared: [],
      "t:1": [JSON.stringify(doc(values[1] as object)), JSON.stringify(doc(values[2] as object)), undefined],
    });
  });

  it("are none where something else begins like a row", () => {
    const held = row({ values: [{ k: "task", i: ID, r: "root" }] });
    expect(cut({ "t:1": [held, row({})] })).toBeNull();
    expect(cut({ "t:1": [row({}), row({})] }, { verdicts: [{ losers: [{ k: "task" }] }] })).toBeNull();
  });

  it("are none where the rows are written in another way", () => {
    const rows = { "t:1": [row({}), row({})] };
    expect(docTexts(JSON.stringify({ rows }, null, 1), rows)).toBeNull();
    const [{ k, i, r }] = rows["t:1"] as [Row, Row];
    const turned = { "t:1": [{ k, r, i, v: {}, s: {} }] };
    expect(docTexts(JSON.stringify({ rows: turned }), turned)).toBeNull();
  });

  it("are none of a row that has more or less than values and stamps", () => {
    const marker: Row = { k: "moved", i: ID, r: "root", h: 2 };
    const rows = { "t:1": [marker, { ...row({}), z: [1] } as Row, { ...row({ a: 1 }), s: {} }, row({})] };
    expect(cut(rows)).toEqual({ "t:1": [undefined, undefined, undefined, undefined] });
  });

  it("leave the store as it would be without them, also where a row of the first load comes twice", () => {
    const [one, two, three] = [customerRow(1, { tags: {} }), customerRow(2), customerRow(3)];
    const pages = [
      reply({ rows: { [BUCKET]: [one, two, one] }, more: true, complete: [] }),
      reply({ rows: { [BUCKET]: [customerRow(2, { name: "Łódź" }, 5), three, customerRow(4)] }, seq: 2 }),
    ];
    const [cutOut, writtenAnew] = [open(), open()];
    for (const page of pages) {
      const exchange = readExchange(200, JSON.stringify(page));
      if (exchange.kind !== "reply") throw new Error(exchange.kind);
      expect(exchange.docs?.[BUCKET]).toHaveLength(3);
      cutOut.engine.apply(exchange.reply, page.now, page.now, exchange.docs);
      writtenAnew.engine.apply(exchange.reply, page.now, page.now);
    }
    expect(cutOut.database.all("SELECT id FROM customer ORDER BY id")).toHaveLength(4);
    expect(dump(cutOut.database)).toBe(dump(writtenAnew.database));
    const { running, real } = sumsOf(cutOut);
    expect(running).toEqual(real);
  });
});

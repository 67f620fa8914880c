/**
 * Whatever the server, or somebody between, writes: the rows are read as JSON reads them, or not at all.
 * FUZZ_RUNS (default 5 000) mutated replies from FUZZ_SEED (default 0); `make fuzz` takes a million.
 */
import { expect, test } from "vitest";
import type { Row } from "$sync/messages.ts";
import { mutated, parsed, randomFrom } from "../../../../sync/ts/test/mutate.ts";
import { readExchange } from "./transport.ts";
import { readWrittenRows } from "./written-rows.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const STAMP = "01kcc5ok0000000001";
const REPLY = {
  rows: {
    "t:a": [
      { k: "visit", i: "b", r: "c", h: 2, v: { status: "done", note: 'a "}],' }, s: { [STAMP]: [] } },
      { k: "moved", i: "c", r: "c", h: 3 },
      { k: "task", i: "d", r: "c", v: { lines: [{ a: {} }, 1] }, s: { [STAMP]: ["lines"], "01kcc5ok0000000002": [] } },
    ],
    shared: [],
  },
  now: 1_800_000_000_000,
  pushed: 7,
  grants: ["shared", "t:a"],
  cursors: { shared: [1, 4], "t:a": [1, 9] },
};

/** The reply as JSON reads it: the rows plain, beside the rest. */
function whole(text: string): unknown {
  const written = readWrittenRows(text);
  if (written === null) return null;
  const rest = parsed(written.rest);
  if (typeof rest !== "object" || rest === null) return undefined;
  return plain({ ...rest, rows: written.rows });
}

/** A reply without the class of its rows, and without what says nothing in them. */
function plain(reply: object): object {
  const of = ({ k, i, r, h, v, s }: Row) => ({ k, i, r, ...(h && { h }), ...(v && { v }), ...(s && { s }) });
  const { rows } = reply as { rows: { [bucket: string]: readonly Row[] } };
  return { ...reply, rows: Object.fromEntries(Object.entries(rows).map(([bucket, page]) => [bucket, page.map(of)])) };
}

test(
  "mutated rows are those that JSON reads, or are left to it",
  () => {
    let read = 0;
    for (let run = 0; run < RUNS; run++) {
      const text = mutated(randomFrom(SEED * 1_000_003 + run), REPLY);
      const replay = `FUZZ_SEED=${SEED} FUZZ_RUNS=${run + 1}: ${text}`;
      expect(() => readExchange(200, text), replay).not.toThrow();
      const found = whole(text);
      if (found === null) continue;
      read += 1;
      const expected = parsed(text);
      expect(found, replay).toEqual(expected === undefined ? undefined : plain(expected as object));
    }
    expect(read).toBeGreaterThan(RUNS / 100);
  },
  60_000 + 4 * RUNS,
);

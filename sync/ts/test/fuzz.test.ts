/**
 * Whatever comes over the line, the decoder reads it or says where it cannot; it never throws, never hangs.
 * FUZZ_RUNS (default 20 000) mutated replies from FUZZ_SEED (default 0); `make fuzz` takes a million.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { isDecodeError, parseProblem, parseReply } from "../src/messages.ts";
import { mutated, parsed, randomFrom } from "./mutate.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 0);

const STAMP = "01kcc5ok0000000001";
const REPLY = {
  now: 1_800_000_000_000,
  pushed: 7,
  grants: ["shared", "t:a"],
  verdicts: [
    { n: 1, verdict: "conflict", code: "x", field: "note", losers: [{ field: "note", value: null, at: STAMP }] },
  ],
  rows: {
    "t:a": [
      { k: "visit", i: "b", r: "c", h: 2, v: { status: "done", note: "x" }, s: { [STAMP]: [] } },
      { k: "moved", i: "c", r: "c", h: 3 },
    ],
  },
  cursors: { shared: [1, 4], "t:a": [1, 9] },
  complete: ["shared"],
  more: true,
  control: [
    { control: "clock", offset: -5000 },
    { control: "reset", bucket: "shared" },
  ],
  view: "rep",
  sums: { shared: [4_294_967_295, 4] },
  repair: { shared: [0, 255] },
  covered: 3,
  lease: 1_209_600_000,
};
const PROBLEM = { type: "urn:x", title: "t", status: 409, code: "gap", detail: "d", expected: 3, retry_after: 1 };

/** More than this is a leak. */
const MOST_GROWTH = 4 * 1024 * 1024;

/** Bytes of the heap that are in use after everything let go of was taken away. */
function heapHeld(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}

describe("the decoder", () => {
  it.each([
    ["replies", REPLY, parseReply],
    ["problems", PROBLEM, parseProblem],
  ] as const)(
    "reads mutated %s or says where it cannot",
    (_name, message, parse) => {
      let read = 0;
      let refused = 0;
      let heldAtFirst = 0;
      for (let run = 0; run < RUNS; run++) {
        if (run === Math.floor(RUNS / 4)) heldAtFirst = heapHeld();
        const value = parsed(mutated(randomFrom(SEED * 1_000_003 + run), message));
        let outcome: ReturnType<typeof parse>;
        try {
          outcome = parse(value);
        } catch (thrown) {
          throw new Error(`FUZZ_SEED=${SEED} FUZZ_RUNS=${run + 1}: ${JSON.stringify(value)}`, { cause: thrown });
        }
        if (isDecodeError(outcome)) refused += 1;
        else read += 1;
      }
      expect(heapHeld() - heldAtFirst, "bytes more than after a quarter of the runs").toBeLessThan(MOST_GROWTH);
      expect(read).toBeGreaterThan(RUNS / 100);
      expect(refused).toBeGreaterThan(RUNS / 10);
    },
    60_000 + 4 * RUNS,
  );

  it("is seen to grow where it keeps what it has read", () => {
    const before = heapHeld();
    const kept = Array.from({ length: 200_000 }, (_, number) => ({ number, text: `reply ${number}` }));
    expect(heapHeld() - before).toBeGreaterThan(MOST_GROWTH);
    expect(kept).toHaveLength(200_000);
  });
});

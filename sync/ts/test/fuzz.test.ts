/**
 * Whatever comes over the line, the decoder reads it or says where it cannot; it never throws, never hangs.
 * FUZZ_RUNS (default 20 000) mutated replies from FUZZ_SEED (default 0); `make fuzz` takes a million.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { isDecodeError, parseProblem, parseReply } from "../src/messages.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 0);

type Random = () => number;

/** Returns a generator of numbers in [0, 1) (mulberry32), the same for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

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

const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 53,
  () => "",
  () => "\ud800",
  () => "__proto__",
  () => "a".repeat(300),
  () => [],
  () => ({}),
  () => [[null]],
  () => ({ "": null }),
  () => JSON.parse('{"__proto__":{"now":1},"constructor":1,"length":-1}'),
];

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

/** Every place in a value below its root. */
function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  const parent = value as Record<string, unknown>;
  for (const key of Object.keys(parent)) {
    found.push({ parent, key });
    placesIn(parent[key], found);
  }
  return found;
}

/** The text of a message, spoiled in its structure and now and then in its letters. */
function mutated(random: Random, message: object): string {
  let value: unknown = structuredClone(message);
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const places = placesIn(value);
    if (places.length === 0) break;
    const { parent, key } = pick(random, places);
    const other = pick(random, places);
    switch (Math.floor(random() * 5)) {
      case 0:
        delete parent[key];
        break;
      case 1:
        parent[key] = structuredClone(other.parent[other.key]);
        break;
      case 2:
        parent[`${key}${pick(random, ["", "x", "\0"])}`] = pick(random, ODD)();
        break;
      case 3:
        value = random() < 0.02 ? pick(random, ODD)() : value;
        break;
      default:
        parent[key] = pick(random, ODD)();
    }
  }
  let text = JSON.stringify(value);
  if (random() < 0.2) text = text.slice(0, Math.floor(random() * text.length));
  if (random() < 0.2) {
    const at = Math.floor(random() * text.length);
    text = text.slice(0, at) + pick(random, ['"', "{", "]", "\\u0000", "9e999", "\u2028", ""]) + text.slice(at + 1);
  }
  return text;
}

/** More than this is a leak. */
const MOST_GROWTH = 4 * 1024 * 1024;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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

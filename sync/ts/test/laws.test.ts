/**
 * The laws of the core: whatever the order, whatever comes twice, every replica ends with the same. The Python core is
 * held to the same laws (`tests/property/test_laws.py`). Seed and budget: FC_SEED (default 0), FC_RUNS (default 200);
 * a failure prints the seed, the path and the smallest case.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, bucketChecksum, rowChecksum, subtract } from "../src/checksum.ts";
import {
  CLAMP_MS,
  type Clock,
  clamp,
  clockFromStamp,
  DEVICE_WIDTH,
  msFromStamp,
  stampFromClock,
  tick,
} from "../src/clock.ts";
import { idFromUuid, isId, msFromId, newId, uuidFromId } from "../src/identifier.ts";
import {
  type CounterState,
  canonical,
  type Json,
  joinCounters,
  joinLogs,
  joinRegisters,
  joinSets,
  type LogState,
  type SetState,
} from "../src/joins.ts";
import type { Row } from "../src/messages.ts";
import { normalise, sortKey } from "../src/normalise.ts";
import { type Doc, isChanged, joinDocs, mergeEdit, packStamps, unpackStamps, type Values } from "../src/record.ts";
import { ENTITY_TYPES, type EntityType } from "../src/schema.gen.ts";
import { compareText } from "../src/text_order.ts";

const seed = Number(process.env.FC_SEED ?? "0");
const numRuns = Number(process.env.FC_RUNS ?? "200");

/** Checks a law over random cases; what fails says how it is played again. */
function law<T extends [unknown, ...unknown[]]>(
  name: string,
  given: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void,
): void {
  test(name, () => {
    try {
      fc.assert(fc.property<T>(...given, holds), { seed, numRuns });
    } catch (failure) {
      const told = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`replay: FC_SEED=${seed} FC_RUNS=${numRuns} vitest run sync/ts -t '${name}'\n${told}`);
    }
  });
}

const HOSTILE = ["", "a", "\x00", "\x01", "\uffff", "\u{10000}", "é", "constructor", "__proto__", "10", "9", "e\x00"];

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const stamps = fc
  .record({ ms: fc.nat(3), counter: fc.nat(1), device: fc.integer({ min: 1, max: 3 }) })
  .map((clock) => stampFromClock(clock));
const texts = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 6 }));

const integers = fc.oneof(fc.constantFrom(0, 1, -1, MAX_SAFE, -MAX_SAFE), fc.maxSafeInteger());
const { json: values } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(fc.constant(null), fc.boolean(), integers, texts),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(texts, tie("json"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const setChanges: fc.Arbitrary<SetState> = fc.dictionary(
  fc.constantFrom("vip", "constructor", "__proto__", "10", "9", "😀"),
  fc.tuple(fc.array(stamps, { maxLength: 3 }), fc.array(stamps, { maxLength: 3 })),
  { maxKeys: 3, noNullPrototype: true },
);
const setStates = setChanges.map((change) => joinSets({}, change));
const totals = fc.oneof(fc.nat(3), fc.constant(MAX_SAFE));
const counterStates: fc.Arbitrary<CounterState> = fc.dictionary(
  fc.constantFrom("0001", "0002", "0003"),
  fc.tuple(totals, totals),
  { maxKeys: 3, noNullPrototype: true },
);
const logStates: fc.Arbitrary<LogState> = fc.dictionary(stamps, texts, { maxKeys: 4, noNullPrototype: true });

interface Edit {
  readonly values: Values;
  readonly stamp: string;
  readonly base: { readonly [field: string]: string } | undefined;
}

type Script = readonly [entity: EntityType, edits: readonly Edit[]];

function scriptsOf(kind: "customer" | "task" | "visit", fields: { [name: string]: fc.Arbitrary<Json> }) {
  const edit = fc.record({
    values: fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Values>,
    stamp: stamps,
    base: fc.option(fc.dictionary(fc.constantFrom(...Object.keys(fields)), stamps, { maxKeys: 3 }), { nil: undefined }),
  });
  return fc.tuple(fc.constant<EntityType>(ENTITY_TYPES[kind]), fc.array(edit, { minLength: 1, maxLength: 5 }));
}

const scripts: fc.Arbitrary<Script> = fc.oneof(
  scriptsOf("customer", {
    name: values,
    city: values,
    description: values,
    deleted: values,
    tags: setChanges,
    colour: values,
  }),
  scriptsOf("task", { title: values, snoozes: counterStates, deleted: values, constructor: values }),
  scriptsOf("visit", { note: values, comments: logStates, deleted: values, colour: values }),
);

function merged(entity: EntityType, edits: readonly Edit[]): Doc {
  let doc: Doc = { v: {}, s: {} };
  for (const edit of edits) doc = mergeEdit(entity, doc, edit.values, edit.stamp).doc;
  return doc;
}

/** The canonical text of a value or state: equal texts are equal on the wire. */
function wire(value: Json | Doc): string {
  return canonical(value as Json);
}

function holdsForJoin<T extends Json>(join: (a: T, b: T) => T, a: T, b: T, c: T): void {
  expect(wire(join(a, b))).toBe(wire(join(b, a)));
  expect(wire(join(join(a, b), c))).toBe(wire(join(a, join(b, c))));
  expect(wire(join(a, a))).toBe(wire(a));
}

const registers = fc.tuple(values, stamps);

law("registers join in any order and grouping", [registers, registers, registers], (a, b, c) => {
  holdsForJoin<[Json, string]>((x, y) => joinRegisters(...x, ...y), a, b, c);
});

law("sets join in any order and grouping", [setStates, setStates, setStates], (a, b, c) => {
  holdsForJoin(joinSets, a, b, c);
});

law("counters join in any order and grouping", [counterStates, counterStates, counterStates], (a, b, c) => {
  holdsForJoin(joinCounters, a, b, c);
});

law("logs join in any order and grouping", [logStates, logStates, logStates], (a, b, c) => {
  holdsForJoin(joinLogs, a, b, c);
});

law("records join in any order and grouping", [scripts, fc.nat(4), fc.nat(4)], ([entity, edits], from, to) => {
  const [a, b, c] = [
    merged(entity, edits.slice(0, from)),
    merged(entity, edits.slice(from)),
    merged(entity, edits.slice(to)),
  ];
  expect(wire(joinDocs(entity, a, b))).toBe(wire(joinDocs(entity, b, a)));
  expect(wire(joinDocs(entity, joinDocs(entity, a, b), c))).toBe(wire(joinDocs(entity, a, joinDocs(entity, b, c))));
  expect(wire(joinDocs(entity, a, a))).toBe(wire(a));
});

const shuffled = scripts.chain(([entity, edits]) =>
  fc.tuple(
    fc.constant(entity),
    fc.constant(edits),
    fc.shuffledSubarray([...edits], { minLength: edits.length }),
    fc.constantFrom(...edits),
  ),
);

law("any order of the same edits gives the same record", [shuffled], ([entity, edits, order, twice]) => {
  expect(wire(merged(entity, [...order, twice]))).toBe(wire(merged(entity, edits)));
});

law("merging an edit is joining the record that it alone makes", [shuffled], ([entity, edits, , last]) => {
  const doc = merged(entity, edits.slice(1));
  const alone = mergeEdit(entity, null, last.values, last.stamp).doc;
  expect(wire(mergeEdit(entity, doc, last.values, last.stamp).doc)).toBe(wire(joinDocs(entity, doc, alone)));
});

law("an edit merged again changes nothing", [scripts], ([entity, edits]) => {
  const doc = merged(entity, edits);
  for (const edit of edits) {
    const again = mergeEdit(entity, doc, edit.values, edit.stamp, edit.base);
    expect(isChanged(again)).toBe(false);
    expect(wire(again.doc)).toBe(wire(doc));
  }
});

law("merging never changes its arguments", [shuffled], ([entity, edits, , last]) => {
  const doc = merged(entity, edits);
  const before = [wire(doc), wire(last.values)];
  mergeEdit(entity, doc, last.values, last.stamp, last.base);
  joinDocs(entity, doc, mergeEdit(entity, null, last.values, last.stamp).doc);
  expect([wire(doc), wire(last.values)]).toEqual(before);
});

law("packed stamps give every stamp back", [fc.array(fc.tuple(texts, stamps), { maxLength: 8 })], (pairs) => {
  const stampByField = new Map(pairs);
  const doc: Doc = {
    v: Object.fromEntries([...stampByField.keys()].map((field) => [field, null])),
    s: packStamps(stampByField),
  };
  expect([...unpackStamps(doc)].sort()).toEqual([...stampByField].sort());
});

const readings: fc.Arbitrary<Clock> = fc.record({
  ms: fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 48 - 10 })),
  counter: fc.oneof(fc.nat(65535), fc.constant(65535)),
  device: fc.nat(2 ** 20 - 1),
});
const situations = fc.array(fc.tuple(fc.oneof(fc.nat(5), fc.nat({ max: 2 ** 31 })), fc.oneof(fc.constant(""), stamps)));

law("a clock only goes up and passes what it overwrites", [readings, situations], (start, steps) => {
  let now = start;
  for (const [nowMs, floor] of steps) {
    const after = tick(now, nowMs, floor);
    const stamp = stampFromClock(after);
    expect(stamp > stampFromClock(now)).toBe(true);
    expect(stamp.slice(0, -DEVICE_WIDTH) > floor.slice(0, -DEVICE_WIDTH)).toBe(true);
    expect(after.ms).toBeGreaterThanOrEqual(nowMs);
    now = after;
  }
});

law("stamps order as their parts", [readings, readings], (a, b) => {
  const below = a.ms !== b.ms ? a.ms < b.ms : a.counter !== b.counter ? a.counter < b.counter : a.device < b.device;
  expect(stampFromClock(a) < stampFromClock(b)).toBe(below);
  expect(clockFromStamp(stampFromClock(a))).toEqual(a);
});

law(
  "clamped stamps of one device keep their order",
  [fc.array(fc.nat(400_000), { minLength: 1 }), fc.nat(200_000)],
  (times, nowMs) => {
    let now: Clock = { ms: 0, counter: 0, device: 7 };
    let last = "";
    for (const ms of times) {
      now = tick(now, ms);
      const given = clamp(stampFromClock(now), nowMs, last);
      expect(given > last).toBe(true);
      expect(msFromStamp(given)).toBeLessThanOrEqual(nowMs + CLAMP_MS);
      last = given;
    }
  },
);

law(
  "an id is a UUID of version 7 and back",
  [fc.nat(), fc.uint8Array({ minLength: 10, maxLength: 10 })],
  (ms, random) => {
    const id = newId(ms * 1000, random);
    expect(isId(id)).toBe(true);
    expect(msFromId(id)).toBe(ms * 1000);
    expect(uuidFromId(id)).toMatch(/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/);
    expect(idFromUuid(uuidFromId(id))).toBe(id);
  },
);

law("canonical text orders texts by code point", [texts, texts], (a, b) => {
  const points = (text: string) => Array.from(text, (point) => point.codePointAt(0) ?? 0);
  const [x, y] = [points(a), points(b)];
  const at = x.findIndex((point, index) => point !== y[index]);
  const order = at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
  expect(Math.sign(compareText(a, b))).toBe(Math.sign(order));
  expect(Math.sign(compareText(canonical(a), canonical(b)))).toBe(Math.sign(order));
});

law("a changed row costs the checksum only its own part", [scripts, fc.nat(5)], ([entity, edits], h) => {
  const kind = Object.entries(ENTITY_TYPES).find(([, type]) => type === entity)?.[0] ?? "";
  const rows: Row[] = edits.map((_, at) => ({
    k: kind,
    i: String(at),
    r: "shared",
    h,
    ...merged(entity, edits.slice(0, at + 1)),
  }));
  const [whole, count] = bucketChecksum(rows);
  const parts = rows.map((row) => rowChecksum(entity, row.i, h, { v: row.v ?? {}, s: row.s ?? {} }));
  expect(count).toBe(rows.length);
  expect(bucketChecksum(rows.toReversed())).toEqual([whole, count]);
  expect(subtract(whole, parts.at(-1) ?? 0)).toBe(bucketChecksum(rows.slice(0, -1))[0]);
  expect(parts.reduce(add, 0)).toBe(whole);
});

law(
  "folding letter by letter is folding the whole text",
  [fc.array(fc.oneof(fc.integer({ min: 0, max: 0x6ff }), fc.constantFrom(0x20, 0x27, 0x301, 0x64b, 0x483)))],
  (codes) => {
    const text = String.fromCharCode(...codes);
    // With a Chinese letter it is folded as a whole.
    expect(`${normalise(text)} 一`.trim()).toBe(normalise(`${text} 一`));
  },
);

law("folding folded text changes nothing", [fc.string({ unit: "grapheme" })], (text) => {
  expect(normalise(normalise(text))).toBe(normalise(text));
});

law("sort keys give one order", [fc.array(texts), fc.nat()], (names, turn) => {
  const order = (list: string[]) => list.toSorted((a, b) => compareText(sortKey(a), sortKey(b)));
  const cut = names.length === 0 ? 0 : turn % names.length;
  expect(order([...names.slice(cut), ...names.slice(0, cut)])).toEqual(order(names));
});

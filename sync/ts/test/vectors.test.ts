/** The TypeScript core runs the protocol's vectors (`sync/vectors/*.json`); the Python core runs the same ones. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { decode, encode } from "../src/base32.ts";
import {
  add,
  bucketChecksum,
  partitionChecksums,
  partitionOf,
  rowChecksum,
  subtract,
  sumsFromText,
  textFromSums,
} from "../src/checksum.ts";
import { type Clock, clamp, clockFromStamp, isStamp, offsetFromReply, stampFromClock, tick } from "../src/clock.ts";
import { idFromUuid, isId, msFromId, newId, uuidFromId } from "../src/identifier.ts";
import {
  addToCounter,
  addToSet,
  type CounterState,
  canonical,
  elements,
  type Json,
  joinCounters,
  joinLogs,
  joinRegisters,
  joinSets,
  type LogState,
  removeFromSet,
  type SetState,
  total,
} from "../src/joins.ts";
import { isDecodeError, parseReply, type Row } from "../src/messages.ts";
import { normalise, normalisePhone, sortKey } from "../src/normalise.ts";
import {
  conflicts,
  type Doc,
  isChanged,
  isDeleted,
  joinDocs,
  mergeEdit,
  openDoc,
  packStamps,
  unpackStamps,
  type Values,
} from "../src/record.ts";
import { ENTITY_TYPES, type Kind } from "../src/schema.gen.ts";
import { compareText } from "../src/text_order.ts";

interface Case {
  readonly rule: string;
  readonly name: string;
  readonly call: string;
  readonly in: readonly Json[];
  readonly out?: Json;
  readonly error?: boolean;
}

const SYNC = fileURLToPath(new URL("../..", import.meta.url));
const VECTORS = `${SYNC}/vectors`;

function load(path: string): Case[] {
  return JSON.parse(readFileSync(`${VECTORS}/${path}`, "utf8"));
}

const AREAS = readdirSync(VECTORS).filter((name) => name.endsWith(".json"));

function stampsInTurn(clock: Clock, situations: [number, string][]): string[] {
  let now = clock;
  return situations.map(([nowMs, floor]) => {
    now = tick(now, nowMs, floor);
    return stampFromClock(now);
  });
}

function clampInTurn(nowMs: number, stamps: string[]): string[] {
  let last = "";
  return stamps.map((stamp) => {
    last = clamp(stamp, nowMs, last);
    return last;
  });
}

type EditOf = [kind: Kind, doc: Doc | null, values: Values, stamp: string, base: { [field: string]: string } | null];

function merge(...[kind, doc, values, stamp, base]: EditOf): Json {
  const merged = mergeEdit(ENTITY_TYPES[kind], doc, values, stamp, base ?? undefined);
  return {
    v: merged.doc.v,
    s: merged.doc.s,
    changed: isChanged(merged),
    won: merged.changes.filter((change) => change.won).map((change) => change.field),
    conflicts: conflicts(merged).map((change) => change.field),
  };
}

function mergeInTurn(kind: Kind, edits: [Values, string][]): Json {
  let doc: Doc | null = null;
  for (const [values, stamp] of edits) doc = mergeEdit(ENTITY_TYPES[kind], doc, values, stamp).doc;
  return json(doc);
}

function reply(value: Json): Json {
  const parsed = parseReply(value);
  if (isDecodeError(parsed)) throw new TypeError(`${parsed.error} at ${parsed.path}`);
  return json(parsed);
}

function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A call takes whatever its cases give it: each one says what that is. */
function call<In extends readonly unknown[]>(run: (...given: In) => unknown): (given: readonly Json[]) => Json {
  return (given) => run(...(given as unknown as In)) as Json;
}

/** What a case's `call` runs, with the case's `in` as arguments. */
const CALLS: { readonly [name: string]: (given: readonly Json[]) => Json } = {
  encode: call(encode),
  decode: call(decode),
  stamp_from_clock: call(stampFromClock),
  clock_from_stamp: call(clockFromStamp),
  is_stamp: call(isStamp),
  stamps_in_turn: call(stampsInTurn),
  offset_from_reply: call(offsetFromReply),
  clamp: call(clamp),
  clamp_in_turn: call(clampInTurn),
  new_id: call((nowMs: number, random: string) => newId(nowMs, bytes(random))),
  is_id: call(isId),
  id_from_uuid: call(idFromUuid),
  uuid_from_id: call(uuidFromId),
  ms_from_id: call(msFromId),
  join_registers: call((mine: [Json, string], other: [Json, string]) => joinRegisters(...mine, ...other)),
  join_sets: call((mine: SetState, other: SetState) => joinSets(mine, other)),
  elements: call(elements),
  add_to_set: call(addToSet),
  remove_from_set: call(removeFromSet),
  join_counters: call((mine: CounterState, other: CounterState) => joinCounters(mine, other)),
  total: call(total),
  add_to_counter: call(addToCounter),
  join_logs: call((mine: LogState, other: LogState) => joinLogs(mine, other)),
  canonical: call(canonical),
  sort_by_canonical: call((values: Json[]) => values.toSorted((a, b) => compareText(canonical(a), canonical(b)))),
  unpack_stamps: call((doc: Doc) => Object.fromEntries(unpackStamps(doc))),
  pack_stamps: call((stampByField: { [field: string]: string }) => packStamps(new Map(Object.entries(stampByField)))),
  merge_edit: call(merge),
  merge_in_turn: call(mergeInTurn),
  join_docs: call((kind: Kind, doc: Doc, other: Doc) => joinDocs(ENTITY_TYPES[kind], doc, other)),
  open_doc: call((kind: Kind, doc: Doc) => openDoc(ENTITY_TYPES[kind], doc)),
  is_deleted: call(isDeleted),
  row_checksum: call((kind: Kind, id: string, home: number, doc: Doc) =>
    rowChecksum(ENTITY_TYPES[kind], id, home, doc),
  ),
  bucket_checksum: call((rows: Row[]) => bucketChecksum(rows)),
  partition_of: call(partitionOf),
  partition_checksums: call((rows: Row[]) => partitionChecksums(rows)),
  text_from_sums: call((sums: number[]) => textFromSums(sums)),
  sums_from_text: call(sumsFromText),
  add: call(add),
  subtract: call(subtract),
  parse_reply: call(reply),
  normalise: call(normalise),
  normalise_phone: call(normalisePhone),
  finds: call((text: string, query: string) => normalise(text).includes(normalise(query))),
  sort_key: call(sortKey),
  sort: call((texts: string[]) => texts.toSorted((a, b) => compareText(sortKey(a), sortKey(b)))),
};

describe.each(AREAS)("%s", (area) => {
  test.each(load(area))("$rule $name", (example) => {
    const run = CALLS[example.call];
    if (!run) throw new TypeError(`no call ${example.call}`);
    const before = JSON.stringify(example.in);
    if (example.error) expect(() => run(example.in)).toThrow();
    else expect(canonical(run(example.in))).toBe(canonical(example.out ?? null));
    expect(JSON.stringify(example.in)).toBe(before);
  });
});

test("every rule of the specification has a case and every case a rule", () => {
  const rules = new Set(
    [...readFileSync(`${SYNC}/SPEC.md`, "utf8").matchAll(/\*\*(R\d+)\*\*/g)].map((found) => found[1]),
  );
  const files = readdirSync(VECTORS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  const named = new Set(files.flatMap(load).map((example) => example.rule));
  expect([...named].sort()).toEqual([...rules].sort());
});

test("every call is used by a case", () => {
  const used = new Set(AREAS.flatMap(load).map((example) => example.call));
  expect([...used].sort()).toEqual(Object.keys(CALLS).sort());
});

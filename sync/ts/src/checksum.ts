/**
 * Checksum of the rows a bucket holds (SPEC R60-R64): additive, so that one changed row costs one row's work.
 * It covers identity and stamps, never values: equal stamps mean equal values.
 */
import { decode, encode, valueOfDigit } from "./base32.ts";
import {
  type CounterState,
  isStamped,
  type Join,
  type Json,
  type LogState,
  type SetState,
  type SetTags,
} from "./joins.ts";
import { docFromRow, type Row } from "./messages.ts";
import { own } from "./own.ts";
import { type Doc, isDeleted, joinOf, type StampGroup, stampOf, type Values } from "./record.ts";
import { ARCHIVED, ENTITY_TYPES, type EntityType, MOVED, PARTITIONS, SUM_DIGITS } from "./schema.gen.ts";
import { compareText } from "./text_order.ts";

export const MODULUS = 2 ** 32;

const TABLE = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  TABLE[byte] = rest;
}

function withByte(register: number, byte: number): number {
  return (TABLE[(register ^ byte) & 255] as number) ^ (register >>> 8);
}

const [LF, SPACE, STAR, COMMA] = [0x0a, 0x20, 0x2a, 0x2c];

/** Feeds the UTF-8 bytes of `text` to the CRC register without making them first; lone surrogates as U+FFFD. */
function withText(register: number, text: string): number {
  let fed = register;
  for (let at = 0; at < text.length; at++) {
    let point = text.charCodeAt(at);
    if (point < 0x80) {
      fed = withByte(fed, point);
      continue;
    }
    if (point < 0x800) {
      fed = withByte(fed, 0xc0 | (point >> 6));
    } else {
      if (point >= 0xd800 && point < 0xe000) {
        const whole = text.codePointAt(at) as number;
        point = whole > 0xffff ? whole : 0xfffd;
      }
      if (point > 0xffff) {
        at++;
        fed = withByte(fed, 0xf0 | (point >> 18));
        fed = withByte(fed, 0x80 | ((point >> 12) & 63));
      } else {
        fed = withByte(fed, 0xe0 | (point >> 12));
      }
      fed = withByte(fed, 0x80 | ((point >> 6) & 63));
    }
    fed = withByte(fed, 0x80 | (point & 63));
  }
  return fed;
}

/** Returns the CRC-32 (ISO 3309) of a text's UTF-8 bytes, 0 to 2^32 - 1. */
export function crc32(text: string): number {
  return ~withText(-1, text) >>> 0;
}

/**
 * Returns the CRC-32 of a row's identity, home revision and stamps (SPEC R61), 0 to 2^32 - 1. `groups` are the document's stamps
 * in order, if they are at hand.
 */
export function rowChecksum(
  entity: Pick<EntityType, "fields">,
  id: string,
  home: number,
  doc: Doc,
  groups: readonly StampGroup[] = groupsOf(doc),
): number {
  let fed = withText(withText(-1, id), `\n${home}`);
  // No more than this of a deleted record: the server drops the rest of it some day (SPEC R36).
  if (isDeleted(doc)) return ~withText(fed, `\ndeleted ${stampOf(doc, "deleted")}`) >>> 0;
  for (const [stamp, fields] of groups) {
    // Piece by piece: a text put together would have to be made first.
    fed = withByte(withText(withByte(fed, LF), stamp), SPACE);
    if (fields.length === 0) fed = withByte(fed, STAR);
    for (let at = 0; at < fields.length; at++) {
      if (at > 0) fed = withByte(fed, COMMA);
      fed = withText(fed, fields[at] as string);
    }
  }
  const inside = insideOf(entity, doc.v);
  fed = withText(fed, `\n#${Object.keys(doc.v).length - inside.length}`);
  for (const name of inside) fed = withInside(fed, joinOf(entity, name), name, doc.v[name] as Json);
  return ~fed >>> 0;
}

/** The stamps of a document with their fields, in order. */
function groupsOf({ s }: Doc): readonly StampGroup[] {
  const stamps = Object.keys(s);
  if (stamps.length > 1) stamps.sort();
  return stamps.map((stamp) => [stamp, s[stamp] as readonly string[]]);
}

const insideByFields = new WeakMap<EntityType["fields"], readonly string[]>();

/** The fields of a record that carry their stamps inside, in order. */
function insideOf({ fields }: Pick<EntityType, "fields">, values: Values): readonly string[] {
  let declared = insideByFields.get(fields);
  if (declared === undefined) {
    declared = Object.keys(fields)
      .filter((name) => !isStamped(joinOf({ fields }, name)))
      .sort(compareText);
    insideByFields.set(fields, declared);
  }
  return declared.length === 0 ? declared : declared.filter((name) => Object.hasOwn(values, name));
}

function withInside(register: number, join: Join, name: string, state: Json): number {
  let fed = register;
  switch (join) {
    case "set":
      return withSet(fed, name, state as SetState);
    case "counter":
      for (const device of Object.keys(state as CounterState).sort()) {
        const [plus, minus] = (state as CounterState)[device] as readonly [number, number];
        fed = withText(fed, `\n${name} ${device} ${plus} ${minus}`);
      }
      return fed;
    default:
      for (const stamp of Object.keys(state as LogState).sort()) fed = withText(fed, `\n${name} ${stamp}`);
      return fed;
  }
}

function withSet(register: number, name: string, state: SetState): number {
  let fed = register;
  for (const element of Object.keys(state).sort(compareText)) {
    const [adds, removes] = state[element] as SetTags;
    fed = withText(fed, `\n${name} ${element} +${adds.join(" ")} -${removes.join(" ")}`);
  }
  return fed;
}

/** Returns the bucket's checksum with one row more. */
export function add(checksum: number, row: number): number {
  return (checksum + row) % MODULUS;
}

/** Returns the bucket's checksum with one row less. */
export function subtract(checksum: number, row: number): number {
  return (checksum - row + MODULUS) % MODULUS;
}

const UNKNOWN_KIND: Pick<EntityType, "fields"> = { fields: {} };

/**
 * Returns the checksum of a row of any kind (SPEC R61); of one that this schema does not know all fields count as registers.
 * `groups` as for `rowChecksum`.
 */
export function checksumOfKind(
  kind: string,
  id: string,
  home: number,
  doc: Doc,
  groups?: readonly StampGroup[],
): number {
  return rowChecksum(own<EntityType>(ENTITY_TYPES, kind) ?? UNKNOWN_KIND, id, home, doc, groups);
}

function checksumOfRow(row: Row): number {
  return checksumOfKind(row.k, row.i, row.h ?? 0, docFromRow(row));
}

/** Returns the checksum of a bucket's rows and their count (SPEC R60); deleted ones count, "moved" do not (R62). */
export function bucketChecksum(rows: Iterable<Row>): [checksum: number, count: number] {
  let checksum = 0;
  let count = 0;
  for (const row of rows) {
    if (row.k === MOVED || row.k === ARCHIVED) continue;
    checksum = add(checksum, checksumOfRow(row));
    count++;
  }
  return [checksum, count];
}

/** Returns the partition of a record, 0 to 255, from its id's last two digits (SPEC R63); RangeError if it has none. */
export function partitionOf(id: string): number {
  const [high, low] = [id.charCodeAt(id.length - 2), id.charCodeAt(id.length - 1)];
  return (valueOfDigit(high) << 3) | (valueOfDigit(low) >> 2);
}

/** Returns the last two digits of the ids in a partition (SPEC R63). */
export function partitionEndings(partition: number): string[] {
  return [0, 1, 2, 3].map((ending) => encode(4 * partition + ending, 2));
}

/** Returns the checksum of each partition of a bucket's rows (SPEC R63); what `bucketChecksum` adds up. */
export function partitionChecksums(rows: Iterable<Row>): number[] {
  const parts = new Array<number>(PARTITIONS).fill(0);
  for (const row of rows) {
    if (row.k === MOVED || row.k === ARCHIVED) continue;
    const part = partitionOf(row.i);
    parts[part] = add(parts[part] as number, checksumOfRow(row));
  }
  return parts;
}

/** Returns the checksums of all partitions as text, 7 digits each (SPEC R64). */
export function textFromSums(sums: readonly number[]): string {
  return sums.map((sum) => encode(sum, SUM_DIGITS)).join("");
}

/** Returns the checksums that `text` writes; RangeError if it is not one of each partition. */
export function sumsFromText(text: string): number[] {
  const digits = PARTITIONS * SUM_DIGITS;
  if (text.length !== digits) throw new RangeError(`${PARTITIONS} checksums take ${digits} digits`);
  const sums = Array.from({ length: PARTITIONS }, (_, at) =>
    decode(text.slice(SUM_DIGITS * at, SUM_DIGITS * (at + 1))),
  );
  if (sums.some((sum) => sum >= MODULUS)) throw new RangeError("a checksum is below 2^32");
  return sums;
}

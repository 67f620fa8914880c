/**
 * Checksum of the rows a bucket holds (SPEC R60-R62): additive, so that one changed row costs one row's work.
 * It covers identity and stamps, never JSON text: equal stamps mean equal values.
 */
import type { CounterState, LogState, SetState, SetTags } from "./joins.ts";
import { docFromRow, type Row } from "./messages.ts";
import { own } from "./own.ts";
import { type Doc, joinOf, unpackStamps } from "./record.ts";
import { ENTITY_TYPES, type EntityType, MOVED } from "./schema.gen.ts";
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

/** Returns the CRC-32 of a row's identity, home revision and stamps (SPEC R61), 0 to 2^32 - 1. */
export function rowChecksum(entity: Pick<EntityType, "fields">, id: string, home: number, doc: Doc): number {
  const stamps = unpackStamps(doc);
  let fed = withText(withText(-1, id), `\n${home}`);
  for (const name of Object.keys(doc.v).sort(compareText)) {
    const state = doc.v[name];
    switch (joinOf(entity, name)) {
      case "set":
        fed = withSet(fed, name, state as SetState);
        break;
      case "counter":
        for (const device of Object.keys(state as CounterState).sort()) {
          const [plus, minus] = (state as CounterState)[device] as readonly [number, number];
          fed = withText(fed, `\n${name} ${device} ${plus} ${minus}`);
        }
        break;
      case "log":
        for (const stamp of Object.keys(state as LogState).sort()) fed = withText(fed, `\n${name} ${stamp}`);
        break;
      default:
        fed = withText(fed, `\n${name} ${stamps.get(name) ?? ""}`);
    }
  }
  return ~fed >>> 0;
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

/** Returns the checksum of a bucket's rows and their count (SPEC R60); deleted ones count, "moved" do not (R62). */
export function bucketChecksum(rows: Iterable<Row>): [checksum: number, count: number] {
  let checksum = 0;
  let count = 0;
  for (const row of rows) {
    if (row.k === MOVED) continue;
    const entity = own<EntityType>(ENTITY_TYPES, row.k) ?? UNKNOWN_KIND;
    checksum = add(checksum, rowChecksum(entity, row.i, row.h ?? 0, docFromRow(row)));
    count++;
  }
  return [checksum, count];
}

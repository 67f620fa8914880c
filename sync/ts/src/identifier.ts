/**
 * Identifiers of records (SPEC R20): a UUID version 7 (RFC 9562) as 26 base-32 digits, in which the 128 bits stand
 * right-aligned, so that ids sort by their time and the first digit is 0 to 7.
 */
import { DIGITS, decode, valueOfDigit } from "./base32.ts";
import { MAX_MS, MS_WIDTH } from "./clock.ts";

export const ID_WIDTH = 26;
/** Random bytes that one new id takes. */
export const RANDOM_BYTES = 10;

const ID = /^[0-7][0-9a-v]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Tells whether `text` has the form of an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Returns a new id from the time (milliseconds since 1970 UTC) and 10 random bytes; RangeError otherwise. */
export function newId(nowMs: number, random: Uint8Array): string {
  if (!Number.isSafeInteger(nowMs) || nowMs < 0 || nowMs > MAX_MS) throw new RangeError("time out of range");
  if (random.length !== RANDOM_BYTES) throw new RangeError(`an id takes ${RANDOM_BYTES} random bytes`);
  const bytes = new Uint8Array(16);
  let rest = nowMs;
  for (let at = 5; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  return idFromBytes(bytes);
}

/** Returns the id of a UUID in its hyphenated form of lower-case digits; RangeError if it is none. */
export function idFromUuid(uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError(`${JSON.stringify(uuid)} is no UUID`);
  const digits = uuid.replaceAll("-", "");
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at++) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return idFromBytes(bytes);
}

/** Returns the hyphenated UUID of an id; RangeError if it is none. */
export function uuidFromId(id: string): string {
  if (!isId(id)) throw new RangeError(`${JSON.stringify(id)} is no id`);
  let hex = "";
  let bits = 0;
  let held = 0;
  for (let at = 0; at < ID_WIDTH; at++) {
    bits = (bits << 5) | valueOfDigit(id.charCodeAt(at));
    // The first digit carries three bits, the two above them are always 0.
    held += at === 0 ? 3 : 5;
    while (held >= 4) {
      held -= 4;
      hex += ((bits >> held) & 15).toString(16);
      bits &= (1 << held) - 1;
    }
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Returns when an id was made, milliseconds since 1970 UTC. */
export function msFromId(id: string): number {
  return decode(id.slice(0, MS_WIDTH));
}

function idFromBytes(bytes: Uint8Array): string {
  let id = "";
  let bits = 0;
  let held = 2;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      id += DIGITS.charAt((bits >> held) & 31);
      bits &= (1 << held) - 1;
    }
  }
  return id;
}

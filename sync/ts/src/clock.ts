/**
 * Hybrid logical clock (SPEC R2-R6): physical milliseconds, a counter, a device number, in one sortable stamp.
 * Source: Kulkarni et al., "Logical Physical Clocks", 2014. Physical time is always an argument.
 */
import { decode, encode } from "./base32.ts";

export const MS_WIDTH = 10;
export const COUNTER_WIDTH = 4;
export const DEVICE_WIDTH = 4;
export const STAMP_WIDTH = MS_WIDTH + COUNTER_WIDTH + DEVICE_WIDTH;
export const MAX_MS = 2 ** 48 - 1;
export const MAX_COUNTER = 2 ** 16 - 1;
export const MAX_DEVICE = 2 ** 20 - 1;
export const SERVER_DEVICE = 0;
/** How far ahead of the server's clock a stamp may lie before the server clamps it (SPEC R6). */
export const CLAMP_MS = 120_000;
/** What says something about the clock came so long after its request at most (SPEC R5): twice a request's time-out. */
export const TIMELY_MS = 60_000;

const DEVICE_AT = MS_WIDTH + COUNTER_WIDTH;
const STAMP = /^[0-7][0-9a-v]{9}[01][0-9a-v]{3}[0-9a-v]{4}$/;

/** The last reading of one replica's clock: milliseconds since 1970 UTC, counter, device number. */
export interface Clock {
  readonly ms: number;
  readonly counter: number;
  readonly device: number;
}

/** Returns the 18-digit stamp of this reading; RangeError if a part is out of range. */
export function stampFromClock(clock: Clock): string {
  if (clock.ms > MAX_MS || clock.counter > MAX_COUNTER) throw new RangeError("clock reading out of range");
  return encode(clock.ms, MS_WIDTH) + encode(clock.counter, COUNTER_WIDTH) + encode(clock.device, DEVICE_WIDTH);
}

/** Returns the reading that a stamp writes; RangeError if it is no stamp. */
export function clockFromStamp(stamp: string): Clock {
  if (!isStamp(stamp)) throw new RangeError(`${JSON.stringify(stamp)} is no stamp`);
  return {
    ms: msFromStamp(stamp),
    counter: decode(stamp.slice(MS_WIDTH, DEVICE_AT)),
    device: deviceFromStamp(stamp),
  };
}

/** Tells whether `text` is a well-formed stamp. */
export function isStamp(text: string): boolean {
  return STAMP.test(text);
}

/** Returns the number of the device that made the stamp. */
export function deviceFromStamp(stamp: string): number {
  return decode(stamp.slice(-DEVICE_WIDTH));
}

/** Returns the stamp's physical part, milliseconds since 1970 UTC. */
export function msFromStamp(stamp: string): number {
  return decode(stamp.slice(0, MS_WIDTH));
}

/** Tells whether one device made both stamps. */
export function isSameDevice(stamp: string, other: string): boolean {
  return stamp.endsWith(other.slice(-DEVICE_WIDTH));
}

/** Tells whether so much time has passed between sending and receiving that the device was awake and nobody set its clock. */
export function isTimely(sentMs: number, receivedMs: number): boolean {
  return receivedMs >= sentMs && receivedMs - sentMs <= TIMELY_MS;
}

/**
 * Returns what a device adds to its clock to get the server's time (SPEC R5), in milliseconds.
 *
 * `serverMs` is the reply's `now`, read at some time between sending and receiving. `known`, null for none yet, stays as long as that
 * can be true, so that a slow answer spoils nothing; else it was read half way (Cristian, "Probabilistic Clock Synchronization", 1989).
 * What did not come timely says nothing: `known` stays, and where there is none it is taken as read when it was received.
 */
export function offsetFromReply(
  serverMs: number,
  sentMs: number,
  receivedMs: number,
  known: number | null = null,
): number {
  if (!isTimely(sentMs, receivedMs)) return known ?? serverMs - receivedMs;
  const likely = known ?? 0;
  if (serverMs - receivedMs <= likely && likely <= serverMs - sentMs) return likely;
  return serverMs - Math.floor((sentMs + receivedMs) / 2);
}

/**
 * Returns the next reading: above `clock`, at or above `nowMs`, above the stamp `floor` (SPEC R3).
 *
 * `floor` is the stamp about to be overwritten, '' for none. A full counter borrows the next millisecond.
 * A physical clock that stands or runs backwards only makes the counter grow (SPEC R4).
 */
export function tick(clock: Clock, nowMs: number, floor = ""): Clock {
  let { ms, counter } = clock;
  if (floor !== "") {
    const seen = clockFromStamp(floor);
    if (seen.ms > ms || (seen.ms === ms && seen.counter > counter)) ({ ms, counter } = seen);
  }
  if (nowMs > ms) return { ms: nowMs, counter: 0, device: clock.device };
  if (counter === MAX_COUNTER) return { ms: ms + 1, counter: 0, device: clock.device };
  return { ms, counter: counter + 1, device: clock.device };
}

/**
 * Returns `stamp`, or what the server makes of it when it lies more than two minutes ahead (SPEC R6).
 *
 * `last` is the stamp given to this device's edit before, '' for none: the order of a device's own clamped
 * edits is kept because each next one exceeds it.
 */
export function clamp(stamp: string, nowMs: number, last = ""): string {
  if (msFromStamp(stamp) <= nowMs + CLAMP_MS) return stamp;
  const start: Clock = { ms: nowMs, counter: 0, device: deviceFromStamp(stamp) };
  const plain = stampFromClock(start);
  if (last === "" || last.slice(0, DEVICE_AT) < plain.slice(0, DEVICE_AT)) return plain;
  return stampFromClock(tick(start, nowMs, last));
}

/**
 * The numbers among which edits changed places when some were put behind others (SPEC R46, R48). The server may have taken each under its
 * number of before, of which the device heard nothing: that it has some of these numbers does not say which of the edits it has; that
 * it has all of them does. Call all of it in a transaction.
 */
import { clockFromStamp } from "$sync/clock.ts";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";
import type { Queued } from "./outbox.ts";

/** First and last number, by the device's. */
type Ranges = Readonly<Record<string, readonly [first: number, last: number]>>;

const rangesOf = (database: Database): Ranges => JSON.parse(readMeta(database, "exchanged") ?? "{}");

/** Notes that what waits is about to change places. */
export function noteExchanged(database: Database, waiting: readonly Queued[]): void {
  const [front, back] = [waiting[0]?.edit, waiting.at(-1)?.edit];
  if (front === undefined || back === undefined) return;
  const { device } = clockFromStamp(front.at);
  const ranges = rangesOf(database);
  const [first, last] = ranges[device] ?? [front.n, back.n];
  const grown = { ...ranges, [device]: [Math.min(first, front.n), Math.max(last, back.n)] };
  writeMeta(database, "exchanged", JSON.stringify(grown));
}

/** Returns up to which number the server has a device's edits for sure, if it has taken numbers up to `n`. */
export function sureUpTo(database: Database, device: number | string, n: number): number {
  const [first, last] = rangesOf(database)[device] ?? [0, 0];
  return first <= n && n < last ? first - 1 : n;
}

/** Forgets the range of a device that ends at `n` or before. */
export function forgetExchanged(database: Database, device: number, n: number): void {
  const { [device]: range, ...others } = rangesOf(database);
  if (range !== undefined && range[1] <= n) writeMeta(database, "exchanged", JSON.stringify(others));
}

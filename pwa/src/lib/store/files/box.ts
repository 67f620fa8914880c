/**
 * The box: bytes of photos, voice notes and documents on this device. What waits to be sent stays until the server has it; what it
 * has, or what was fetched, is a copy, and goes when there is no room for it (docs/decisions/0132).
 */

import type { Values } from "$sync/record.ts";
import type { ProblemCode } from "$sync/schema.gen.ts";

/** Which bytes of a file's record. */
export type Part = "file" | "thumbnail";

/** What is known of some bytes without reading them. */
export interface Boxed {
  readonly record: string;
  /** The record's root: the customer. */
  readonly root: string;
  readonly part: Part;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** Whether the server has still to get them: then nothing drops them. */
  readonly waiting: boolean;
  /** What is still to be written into the record, where the device died between the bytes and the record. */
  readonly values: Values | null;
  /** Why the server refuses them, null where it does not. */
  readonly problem: ProblemCode | null;
  /** Milliseconds since 1970 UTC. */
  readonly addedAt: number;
  readonly usedAt: number;
}

/** Bytes with what is known of them. */
export interface Content extends Boxed {
  readonly bytes: ArrayBuffer;
}

/** One person's bytes on this device. What a promise here says is kept, is on the disk. */
export interface FileBox {
  list(): Promise<Boxed[]>;
  bytes(record: string, part: Part): Promise<ArrayBuffer | null>;
  /** All of them or none; rejects with a full quota. */
  put(contents: readonly Content[]): Promise<void>;
  update(
    record: string,
    part: Part,
    changes: Partial<Pick<Boxed, "waiting" | "values" | "problem" | "usedAt">>,
  ): Promise<void>;
  remove(entries: readonly Pick<Boxed, "record" | "part">[]): Promise<void>;
  /** Drops everything of this person. */
  drop(): Promise<void>;
}

/** Bytes of copies that are kept. */
export const COPIES_BYTES = 150_000_000;

/**
 * Returns which copies have to go so that at most `bytes` of them stay: large ones before small pictures, those that nobody has looked
 * at for longest first.
 */
export function tooMany(entries: readonly Boxed[], bytes: number): Boxed[] {
  const copies = entries.filter(({ waiting }) => !waiting);
  const going: Boxed[] = [];
  let left = copies.reduce((sum, { size }) => sum + size, 0);
  const order = (one: Boxed) => (one.part === "file" ? 0 : 1);
  for (const copy of copies.sort((a, b) => order(a) - order(b) || a.usedAt - b.usedAt)) {
    if (left <= bytes) break;
    going.push(copy);
    left -= copy.size;
  }
  return going;
}

/**
 * Puts bytes into the box; where the device has no room for them, copies go first, once `look` has looked through them. Rejects where
 * that does not help.
 */
export async function putWithRoom(
  box: FileBox,
  contents: readonly Content[],
  look: () => Promise<void>,
): Promise<void> {
  try {
    await box.put(contents);
    return;
  } catch (reason) {
    await look();
    const copies = tooMany(await box.list(), 0);
    if (copies.length === 0) throw reason;
    await box.remove(copies);
  }
  await box.put(contents);
}

/** Drops the copies beyond the budget. */
export async function trim(box: FileBox, bytes = COPIES_BYTES): Promise<void> {
  const going = tooMany(await box.list(), bytes);
  if (going.length > 0) await box.remove(going);
}

/** Unclaimed: bytes that the office does not take, and whose record is not on this device any more. Values of their arguments. */
import type { Boxed, Part } from "#lib/store/files/box";
import type { FileType } from "$sync/schema.gen";

/** One such file, as far as its bytes tell what it is. */
export interface Unclaimed {
  readonly record: string;
  /** Which of its bytes are still here: the small picture alone where the office has the rest. */
  readonly part: Part;
  readonly type: FileType;
  readonly mediaType: string;
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly addedAt: number;
}

/** Returns what lies in the box of these records, the oldest first. */
export function unclaimedOf(entries: readonly Boxed[], records: readonly string[]): Unclaimed[] {
  const found = new Map<string, Unclaimed>();
  for (const entry of entries) {
    const { record, part, mediaType, size, addedAt, waiting } = entry;
    if (!waiting || !records.includes(record) || found.get(record)?.part === "file") continue;
    found.set(record, { record, part, type: typeOf(mediaType), mediaType, size, addedAt });
  }
  return [...found.values()].sort((a, b) => a.addedAt - b.addedAt);
}

function typeOf(mediaType: string): FileType {
  if (mediaType.startsWith("image/")) return "photo";
  return mediaType.startsWith("audio/") ? "voice" : "document";
}

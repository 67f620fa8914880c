/** What the book says of a file: which bytes it names, and which of them the server has. */
import { msFromStamp } from "$sync/clock.ts";
import { unpackStamps } from "$sync/record.ts";
import type { Database } from "../database.ts";
import type { Boxed, Part } from "./box.ts";

/** The record of a file. */
export interface FileRecord {
  readonly deleted: boolean;
  /** When it was removed, milliseconds since 1970 UTC; null where it stands. */
  readonly deletedAt: number | null;
  readonly digest: string | null;
  readonly thumbnail: string | null;
  readonly stored: string | null;
  readonly stored_thumbnail: string | null;
}

/** Returns the record, deleted or not; null if it is not on this device. One that is gone with its customer is not deleted: he may come back. */
export function fileRecord(database: Database, id: string): FileRecord | null {
  const found = database.get<Omit<FileRecord, "deleted" | "deletedAt"> & { deleted: number | null; doc: string }>(
    "SELECT doc ->> '$.v.deleted' AS deleted, digest, thumbnail, stored, stored_thumbnail, doc FROM file WHERE id = ?",
    [id],
  );
  if (found === undefined) return null;
  const { deleted, doc, ...rest } = found;
  const stamp = deleted === 1 ? unpackStamps(JSON.parse(doc)).get("deleted") : undefined;
  return { ...rest, deleted: deleted === 1, deletedAt: stamp === undefined ? null : msFromStamp(stamp) };
}

/** Tells whether the server has these bytes, by the record. */
export function isStored(record: FileRecord, { part, digest }: Pick<Boxed, "part" | "digest">): boolean {
  return digest === (part === "file" ? record.stored : record.stored_thumbnail);
}

/** Tells whether the record still names these bytes. */
export function isNamed(record: FileRecord, part: Part, digest: string): boolean {
  return digest === (part === "file" ? record.digest : record.thumbnail);
}

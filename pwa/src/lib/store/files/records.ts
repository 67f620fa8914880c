/** What the book says of a file: which bytes it names, and which of them the server has. */
import type { Database } from "../database.ts";
import type { Boxed, Part } from "./box.ts";

/** The record of a file. */
export interface FileRecord {
  readonly deleted: boolean;
  readonly digest: string | null;
  readonly thumbnail: string | null;
  readonly stored: string | null;
  readonly stored_thumbnail: string | null;
}

/** Returns the record, deleted or not; null if it is not on this device. One that is gone with its customer is not deleted: he may come back. */
export function fileRecord(database: Database, id: string): FileRecord | null {
  const found = database.get<Omit<FileRecord, "deleted"> & { deleted: number | null }>(
    "SELECT doc ->> '$.v.deleted' AS deleted, digest, thumbnail, stored, stored_thumbnail FROM file WHERE id = ?",
    [id],
  );
  return found === undefined ? null : { ...found, deleted: found.deleted === 1 };
}

/** Tells whether the server has these bytes, by the record. */
export function isStored(record: FileRecord, { part, digest }: Pick<Boxed, "part" | "digest">): boolean {
  return digest === (part === "file" ? record.stored : record.stored_thumbnail);
}

/** Tells whether the record still names these bytes. */
export function isNamed(record: FileRecord, part: Part, digest: string): boolean {
  return digest === (part === "file" ? record.digest : record.thumbnail);
}

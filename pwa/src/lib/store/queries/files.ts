import type { FileType } from "$sync/schema.gen.ts";
import { defineQuery } from "../query.ts";

/** A file as screens show it. */
export interface FileRow {
  readonly id: string;
  /** The customer. */
  readonly root: string;
  readonly visit: string | null;
  readonly type: FileType;
  readonly name: string | null;
  readonly caption: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
  readonly thumbnail: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Milliseconds. */
  readonly duration: number | null;
  /** Milliseconds since 1970 UTC. */
  readonly takenAt: number;
  readonly person: string;
  readonly personName: string | null;
  /** Whether the server has the file, and its small picture. */
  readonly isStored: boolean;
  readonly isThumbnailStored: boolean;
}

type Found = Omit<FileRow, "isStored" | "isThumbnailStored"> & { isStored: number; isThumbnailStored: number };

const field = (name: string) => `json_extract(f.doc, '$.v.${name}')`;

const COLUMNS = `f.id, f.root, f.visit, f.type, ${field("name")} AS name, ${field("caption")} AS caption,
  ${field("media_type")} AS mediaType, f.size, f.digest, f.thumbnail, ${field("width")} AS width, ${field("height")} AS height,
  ${field("duration")} AS duration, f.taken_at AS takenAt, f.person,
  (SELECT name FROM person p WHERE p.id = f.person) AS personName,
  coalesce(f.stored = f.digest, 0) AS isStored, coalesce(f.stored_thumbnail = f.thumbnail, 0) AS isThumbnailStored`;

const rowOf = (found: Found): FileRow => ({
  ...found,
  isStored: found.isStored === 1,
  isThumbnailStored: found.isThumbnailStored === 1,
});

/** The files of a visit, in the order in which they were made. */
export const filesOfVisit = defineQuery<{ visit: string; limit: number }, FileRow[]>({
  reads: ["file", "person"],
  run(database, { visit, limit }) {
    return database
      .all<Found>(
        `SELECT ${COLUMNS} FROM file f WHERE f.visit = ? AND f.deleted IS NOT 1 ORDER BY f.taken_at, f.id LIMIT ?`,
        [visit, limit],
      )
      .map(rowOf);
  },
});

/** The files of a customer, newest first. */
export const filesOfCustomer = defineQuery<{ customer: string; limit: number }, FileRow[]>({
  reads: ["file", "person"],
  run(database, { customer, limit }) {
    return database
      .all<Found>(
        `SELECT ${COLUMNS} FROM file f WHERE f.customer = ? AND f.deleted IS NOT 1
         ORDER BY f.taken_at DESC, f.id DESC LIMIT ?`,
        [customer, limit],
      )
      .map(rowOf);
  },
});

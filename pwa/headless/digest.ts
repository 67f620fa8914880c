/** The digest of what a device holds confirmed, bucket by bucket; `tests/blackbox/digest.py` is its twin for the server. */
import { createHash } from "node:crypto";
import { canonical, type Json } from "$sync/joins.ts";
import type { Doc } from "$sync/record.ts";
import type { Database } from "../src/lib/store/database.ts";
import { KINDS } from "../src/lib/store/tables.ts";

/** Rows of a bucket, and the SHA-256 of them all in the order of their ids. */
export interface BucketDigest {
  readonly rows: number;
  readonly digest: string;
}

interface HeldRow {
  readonly id: string;
  readonly root: string;
  readonly bucket: string;
  readonly home: number;
  readonly doc: string;
}

/** Returns the digest of every bucket that the device holds rows of. */
export function digests(database: Database): { [bucket: string]: BucketDigest } {
  const linesByBucket = new Map<string, [id: string, line: string][]>();
  for (const kind of KINDS) {
    const rows = database.all<HeldRow>(
      `SELECT x.id, root, bucket, home, coalesce(s.doc, x.doc) AS doc FROM "${kind}" x LEFT JOIN shadow s ON s.id = x.id
       WHERE s.id IS NULL OR s.doc IS NOT NULL`,
    );
    for (const { id, root, bucket, home, doc } of rows) {
      const { v, s }: Doc = JSON.parse(doc);
      const lines = linesByBucket.get(bucket) ?? [];
      linesByBucket.set(bucket, lines);
      lines.push([id, canonical([kind, id, root, home, v as Json, s as Json])]);
    }
  }
  const found: { [bucket: string]: BucketDigest } = {};
  for (const [bucket, lines] of [...linesByBucket].sort()) {
    const hash = createHash("sha256");
    for (const [, line] of lines.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(line);
    found[bucket] = { rows: lines.length, digest: hash.digest("hex") };
  }
  return found;
}

/** Rebuilding the tables of records from what was stored, where another version of the app declared the entities otherwise. */
import { checksumOfKind } from "$sync/checksum.ts";
import type { Doc } from "$sync/record.ts";
import type { Database } from "./database.ts";
import { type Confirmation, NOWHERE, RecordWriter } from "./records.ts";
import { rebuildTables, type StoredRow } from "./tables.ts";

/** Fills the columns of every record again from its document, in one transaction. */
export function rebuildRecords(database: Database): void {
  database.transaction(() => {
    // Made with the first row: it numbers rows from those that are there.
    let writer: RecordWriter | null = null;
    rebuildTables(database, {
      known: (kind, row) => {
        writer ??= new RecordWriter(database);
        writer.put(kind, row.id, row, JSON.parse(row.doc), undefined, confirmationOf(kind, row), row.doc);
      },
      unknown: (kind, row) => {
        if (row.confirmed === null) return;
        writer ??= new RecordWriter(database);
        writer.putStranger(kind, row.id, row, row.confirmed, undefined, confirmationOf(kind, row));
      },
    });
    (writer as RecordWriter | null)?.finish();
  });
}

function confirmationOf(kind: string, { id, bucket, home, round, confirmed }: StoredRow): Confirmation {
  if (confirmed === null || bucket === NOWHERE) return { sum: null, round };
  const doc: Doc = JSON.parse(confirmed);
  return { sum: checksumOfKind(kind, id, home, doc), round };
}

/** The sheet of a single record: which one is open, and on which side. Every list and page may open it. */
import type { AskedRecord } from "#lib/store/queries/record";

/** The two sides of the sheet. */
export type RecordSide = "details" | "history";

class OpenedRecord {
  ref = $state.raw<AskedRecord | null>(null);
  side = $state<RecordSide>("details");

  show(ref: AskedRecord, side: RecordSide = "details"): void {
    this.ref = ref;
    this.side = side;
  }

  close(): void {
    this.ref = null;
  }
}

export const openedRecord = new OpenedRecord();

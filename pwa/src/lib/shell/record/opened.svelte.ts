/** The sheet of a single record: which one is open, and on which side. Every list and page may open it. */
import type { RecordRef } from "#lib/store/queries/record";

/** The two sides of the sheet. */
export type RecordSide = "details" | "history";

class OpenedRecord {
  ref = $state.raw<RecordRef | null>(null);
  side = $state<RecordSide>("details");

  show(ref: RecordRef, side: RecordSide = "details"): void {
    this.ref = ref;
    this.side = side;
  }

  close(): void {
    this.ref = null;
  }
}

export const openedRecord = new OpenedRecord();

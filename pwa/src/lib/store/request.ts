/** The request: what a device says in one round trip, of what its tables hold (SPEC R50). */
import type { DeviceReport, SyncRequest } from "$sync/messages.ts";
import { MAX_EDITS, PROTOCOL, SCHEMA_HASH } from "$sync/schema.gen.ts";
import type { Checks } from "./checks.ts";
import { readCursors, seenBefore } from "./cursors.ts";
import type { Database } from "./database.ts";
import { MAX_PUSH_BYTES, VERIFY_EVERY_MS } from "./limits.ts";
import { readMeta, readNumber } from "./meta.ts";
import { type Portion, portionOf } from "./outbox.ts";

/** What a request says beside what the tables hold. */
export interface Asking {
  /** 1 for as many edits as allowed, a smaller number for fewer, down to one edit or one group; 0 for none. */
  readonly share: number;
  readonly device: number;
  /** Milliseconds since 1970 UTC by the device's own clock. */
  readonly clock: number;
  /** Milliseconds from that to the server's. */
  readonly offset: number;
  /** Bytes of rows that the reply may bring. */
  readonly budget: number;
  /** Edits saved and not yet acknowledged. */
  readonly waiting: number;
  readonly checks: Checks;
  /** Whether every checksum is to be compared, however lately that was done. */
  readonly isUnverified: boolean;
}

const NOTHING: Portion = { edits: [], hold: [], again: [] };

/** Returns the next request. */
export function requestOf(database: Database, report: DeviceReport, asking: Asking): SyncRequest {
  const { share, checks } = asking;
  const { edits, hold, again } =
    share === 0 ? NOTHING : portionOf(database, Math.max(1, Math.floor(MAX_EDITS * share)), MAX_PUSH_BYTES * share);
  const view = readMeta(database, "view") ?? "";
  const check = checks.tell();
  const isChecking = Object.keys(check).length > 0;
  const cursors = readCursors(database);
  const seen = edits.length > 0 ? seenBefore(database, cursors) : {};
  const isDue = asking.clock + asking.offset - readNumber(database, "verified") >= VERIFY_EVERY_MS;
  return {
    protocol: PROTOCOL,
    schema: SCHEMA_HASH,
    device: asking.device,
    now: asking.clock,
    edits,
    cursors,
    ack: readNumber(database, "ack"),
    budget: asking.budget,
    report: {
      ...report,
      waiting: asking.waiting - edits.length,
      offset: asking.offset,
      resets: readNumber(database, "resets"),
      repairs: readNumber(database, "repairs"),
    },
    ...(view !== "" && { view }),
    ...(hold.length > 0 && { hold }),
    ...(again.length > 0 && { again }),
    ...((asking.isUnverified || checks.isUnsettled || isDue || isChecking) && { verify: true }),
    ...(isChecking && { check }),
    ...(Object.keys(seen).length > 0 && { seen }),
  };
}

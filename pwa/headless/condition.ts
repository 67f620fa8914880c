/** What a test waits for on a device: looked at whenever something happens there, never by the clock. */
import type { Kind } from "$sync/schema.gen.ts";
import type { Connection } from "../src/lib/store/status.ts";
import type { Heads } from "../src/lib/sync/transport.ts";
import type { Device } from "./device.ts";

/** All that is given has to hold at once. */
export interface Condition {
  /** No edit waits to be sent. */
  readonly drained?: true;
  /** Everything granted has been read up to its head, and the indexes are made. */
  readonly ready?: true;
  readonly connection?: Connection;
  /** So many edits have been acknowledged, by the ledger. */
  readonly acknowledged?: number;
  /** The device has read so far, in these epochs. */
  readonly read?: Heads;
  /** Of the bytes of files, so many at most wait to be sent; 0 is none, not a file. */
  readonly files?: number;
  /** A record shows this value. */
  readonly shows?: { readonly kind: Kind; readonly id: string; readonly field: string; readonly value: unknown };
}

/** Tells whether the condition holds now. */
export function holds({ engine, database, leader, ledger }: Device, condition: Condition): boolean {
  const { drained, ready, connection, acknowledged = 0, read, files, shows } = condition;
  if (drained && engine.waiting > 0) return false;
  if (ready && engine.phase.name !== "ready") return false;
  if (connection !== undefined && leader.status.connection !== connection) return false;
  if (ledger.acknowledgedCount < acknowledged) return false;
  if (files !== undefined) {
    const { bytes, waiting } = leader.status.files;
    if (bytes > files || (files === 0 && waiting > 0)) return false;
  }
  if (read !== undefined) {
    const cursors = engine.cursors();
    for (const [bucket, [epoch, sequence]] of Object.entries(read)) {
      const cursor = cursors[bucket];
      if (cursor === undefined || cursor[0] !== epoch || cursor[1] < sequence) return false;
    }
  }
  if (shows !== undefined) {
    const found = database.get<{ doc: string }>(`SELECT doc FROM "${shows.kind}" WHERE id = ?`, [shows.id]);
    if (found === undefined || JSON.parse(found.doc).v[shows.field] !== shows.value) return false;
  }
  return true;
}

/** Resolves once the condition holds; rejects after `withinMs` with what stands in the way. */
export function until(device: Device, condition: Condition, withinMs: number): Promise<void> {
  if (holds(device, condition)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = device.onEvent(() => {
      if (!holds(device, condition)) return;
      finish();
      resolve();
    });
    const timer = setTimeout(() => {
      finish();
      const { leader, engine, witness, faults } = device;
      const found = {
        status: leader.status,
        cursors: engine.cursors(),
        exchanges: Object.fromEntries(witness.exchanges),
        faults,
      };
      reject(new Error(`not within ${withinMs} ms: ${JSON.stringify(condition)}; ${JSON.stringify(found)}`));
    }, withinMs);
    const finish = () => {
      stop();
      clearTimeout(timer);
    };
  });
}

/**
 * The ledger of a device, for tests: what it was told is saved, and what the server acknowledged. Kept apart from the store
 * whose word it checks; with a file it outlives the process.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { VerdictKind } from "$sync/schema.gen.ts";

/** An edit that the server said it has. */
export interface Acknowledged {
  readonly n: number;
  readonly id: string;
  readonly at: string;
  readonly verdict: VerdictKind;
}

type Line = { readonly saved: readonly number[] } | { readonly acknowledged: readonly Acknowledged[] };

/** Two lists that only grow. */
export class Ledger {
  readonly #saved = new Set<number>();
  readonly #acknowledged = new Map<number, Acknowledged>();

  /** `file` is gone on with where it exists; null keeps the ledger in memory. */
  constructor(private readonly file: string | null) {
    if (file === null || !existsSync(file)) return;
    const lines = readFileSync(file, "utf8").split("\n");
    // A process that was killed may have left a part of a line: what it would have said had not been heard by anybody.
    for (const line of lines.slice(0, -1)) this.#take(JSON.parse(line));
  }

  /** Numbers of the edits that the device was told are saved. */
  get saved(): number[] {
    return [...this.#saved];
  }

  /** In the order in which they were acknowledged. */
  get acknowledged(): Acknowledged[] {
    return [...this.#acknowledged.values()];
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  noteSaved(numbers: readonly number[]): void {
    this.#note({ saved: numbers });
  }

  noteAcknowledged(edits: readonly Acknowledged[]): void {
    if (edits.length > 0) this.#note({ acknowledged: edits });
  }

  #note(line: Line): void {
    this.#take(line);
    if (this.file !== null) appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  #take(line: Line): void {
    if ("saved" in line) for (const n of line.saved) this.#saved.add(n);
    else for (const edit of line.acknowledged) this.#acknowledged.set(edit.n, edit);
  }
}

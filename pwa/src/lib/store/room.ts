/**
 * Room: whether the device refused bytes because it is full. The pool of files tells SQLite no more than that a write failed, as of
 * a broken disk; the reason it tells to its log alone.
 */
import { isOfFullDevice, StoreError } from "./store-error.ts";

/** The room of one worker's files. */
export class Room {
  #isRefused = false;

  /** Hears what the pool says of a failure; returns whether it was for want of room. */
  hear(said: readonly unknown[]): boolean {
    const isRefused = said.some(isOfFullDevice);
    this.#isRefused ||= isRefused;
    return isRefused;
  }

  /** Begins anew: a refusal before, after which all went well, explains no failure later. */
  forget(): void {
    this.#isRefused = false;
  }

  /** Returns the reason of a failure since: `storage_full` where room was refused, else `reason` itself. */
  reasonOf(reason: unknown): unknown {
    return this.#isRefused ? new StoreError("storage_full", String(reason)) : reason;
  }

  /** Does `work`, and says of a failure for want of room what it is. */
  watch<T>(work: () => T): T {
    this.forget();
    try {
      return work();
    } catch (reason) {
      throw this.reasonOf(reason);
    }
  }
}

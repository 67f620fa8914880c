import { isOfDamagedFile } from "./damage.ts";

/** Why the store could not answer. A refused write is no error: see `WriteResult`. */
export type StoreErrorCode =
  /** The store was closed while the request was under way. */
  | "closed"
  /** The store could not be opened; `status.phase` says why. */
  | "not_open"
  /** The device's storage is full; nothing was written. */
  | "storage_full"
  /** Nothing may be read until the server has been reached; `status.lock` says why. */
  | "locked"
  /** What answers the question could not be fetched; the next one tries again. */
  | "not_fetched"
  /** The file is damaged; what can be read of it is being rescued, or was not to be had. */
  | "damaged"
  /** A defect; the message is for its repair. */
  | "internal";

const CODES: readonly StoreErrorCode[] = [
  "closed",
  "not_open",
  "storage_full",
  "locked",
  "not_fetched",
  "damaged",
  "internal",
];

/** A failure of the store, with a code from a closed set. */
export class StoreError extends Error {
  override readonly name = "StoreError";

  constructor(
    readonly code: StoreErrorCode,
    message: string = code,
  ) {
    super(message);
  }

  /** Returns `reason` as a StoreError; SQLITE_FULL and a full quota become `storage_full`, a damaged file `damaged`, the unknown `internal`. */
  static from(reason: unknown): StoreError {
    if (reason instanceof StoreError) return reason;
    const message = reason instanceof Error ? reason.message : String(reason);
    if (isOfFullDevice(reason)) return new StoreError("storage_full", message);
    return new StoreError(isOfDamagedFile(reason) ? "damaged" : "internal", message);
  }

  /** Returns the error that another context sent as plain values. */
  static fromWire(code: string, message: string): StoreError {
    return new StoreError(CODES.find((known) => known === code) ?? "internal", message);
  }
}

/** Tells whether something failed because the device is full: the browser says it by the error's name alone, SQLite by its message. */
export function isOfFullDevice(reason: unknown): boolean {
  const told = reason instanceof Error ? `${reason.name} ${reason.message}` : String(reason);
  return /SQLITE_FULL|database or disk is full|QuotaExceeded/.test(told);
}

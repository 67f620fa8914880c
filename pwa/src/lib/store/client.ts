/**
 * The page's door to the store. Everything here is a message to the worker that holds the database; nothing waits for
 * the network.
 */
import type { Kind } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Change, WriteResult } from "./change.ts";
import type { ParametersOf, QueryName, ResultOf } from "./queries/index.ts";
import type { StoreStatus } from "./status.ts";
import { StoreError } from "./store-error.ts";

/** A result, and the way to stop hearing of changes. */
export interface Watched<R> {
  readonly result: R;
  stop(): void;
}

/** Options of a write. */
export interface WriteOptions {
  /** The server applies all changes of this write or none (an order with its lines). Default false. */
  readonly together?: boolean;
}

/** What became of signing out. */
export type SignOutResult =
  | { readonly signedOut: true }
  /** Edits wait to be sent, nothing was dropped: send or export them first. */
  | { readonly signedOut: false; readonly waiting: number };

/** The store of one person on this device. */
export interface Store {
  readonly account: Account;
  /** What the store tells of itself; runes, so that a template follows. */
  readonly status: StoreStatus;
  /** Runs a query once. Rejects with StoreError. */
  query<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<ResultOf<N>>;
  /** Runs a query and calls `changed` once, when a record of a kind that it reads has changed since. `live` is made of it. */
  watch<N extends QueryName>(name: N, parameters: ParametersOf<N>, changed: () => void): Promise<Watched<ResultOf<N>>>;
  /** Saves changes in one transaction and resolves when they are on the disk. Rejects with StoreError; see WriteResult. */
  write(changes: readonly Change[], options?: WriteOptions): Promise<WriteResult>;
  /** Calls `listener` with the kinds whose records changed, in any tab or by sync; returns the way to stop. */
  onChange(listener: (kinds: ReadonlySet<Kind>) => void): () => void;
  /** A new id for a record. */
  newId(): string;
  /** Milliseconds since 1970 UTC by the server's clock, as well as this device knows it. */
  now(): number;
  /** Asks for a round trip now (the button on the Sync screen). */
  syncNow(): void;
  /** Takes something off the list of what needs a look; nothing else changes. */
  dismiss(attention: number): Promise<void>;
  /** Everything that is not yet at the server, as JSON text for a file. */
  exportUnsent(): Promise<string>;
  /** Drops this person's data from the device if nothing waits, or if what waits was exported just before. */
  signOut(options?: { readonly exported: boolean }): Promise<SignOutResult>;
  /** Lets go of the worker; another tab takes over. */
  close(): void;
}

/** What a store needs to open. */
export interface OpenOptions {
  readonly account: Account;
  /** The app's version, for the server's list of devices. */
  readonly version: string;
}

/**
 * Opens the store of a person in this tab; returns at once, `status.phase` tells how far it is. Call it once, in the
 * layout of the signed-in app, and hand it down with `provideStore`.
 */
export function openStore(options: OpenOptions): Store {
  throw new StoreError("not_open", `no worker yet for ${options.account.person}`);
}

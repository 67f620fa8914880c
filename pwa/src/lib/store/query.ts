/** What a query is. Queries run in the worker: their SQL never reaches the page's bundle. */
import type { Kind } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Database } from "./database.ts";

/** Something that queries read and that can change: the records of a kind, or one of the store's own lists. */
export type Topic = Kind | "outbox" | "attention" | "sent" | "older";

/** What a query may know beside its parameters. */
export interface QueryContext {
  /** Milliseconds since 1970 UTC by the server's clock. */
  readonly now: number;
  readonly account: Account;
  /** Returns what `compute` gave for `key` before, as long as nothing has changed in the store; for counts of long lists. */
  remembered(key: string, compute: () => number): number;
  /** Returns what `remembered` would give for `key` without computing it, null where it would. */
  recalled(key: string): number | null;
}

/** A named question to the store. `P` and `R` travel between threads: plain values only. */
export interface Query<P, R> {
  /** The topics whose change makes an answer stale. */
  readonly reads: readonly Topic[];
  /** Answers in one go, always with a LIMIT; never writes. */
  run(database: Database, parameters: P, context: QueryContext): R;
}

/** Declares a query; add it under its name, `<noun>.<question>`, to `queries/later.ts`, or to `queries/first.ts` if Today asks it. */
export function defineQuery<P, R>(query: Query<P, R>): Query<P, R> {
  return query;
}

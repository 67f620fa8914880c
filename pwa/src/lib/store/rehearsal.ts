/**
 * Rehearsal: the day's first check-in is done beforehand and taken back, so that nobody who taps waits while SQLite compiles the
 * statements of a write and of what the next screen asks (docs/decisions/0225).
 */
import type { Database, SqlValue } from "./database.ts";
import { type WriteContext, writeChanges } from "./outbox.ts";

/** Thrown to roll back. */
class TakenBack extends Error {}

/** A database whose transactions leave nothing behind. */
class Rehearsed implements Database {
  constructor(private readonly database: Database) {}

  all<T>(sql: string, parameters?: readonly SqlValue[]): T[] {
    return this.database.all(sql, parameters);
  }

  get<T>(sql: string, parameters?: readonly SqlValue[]): T | undefined {
    return this.database.get(sql, parameters);
  }

  run(sql: string, parameters?: readonly SqlValue[]): number {
    return this.database.run(sql, parameters);
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  transaction<T>(work: () => T): T {
    const done: T[] = [];
    try {
      this.database.transaction(() => {
        done.push(work());
        throw new TakenBack();
      });
    } catch (reason) {
      if (!(reason instanceof TakenBack)) throw reason;
    }
    return done[0] as T;
  }

  size(): number {
    return this.database.size();
  }

  close(): void {}
}

/** Returns a visit that may be begun, null if none is on the device. */
export function visitToRehearse(database: Database): { id: string; root: string } | null {
  return (
    database.get<{ id: string; root: string }>("SELECT id, root FROM visit WHERE deleted IS NOT 1 LIMIT 1") ?? null
  );
}

/** Begins a visit and takes that back. */
export function rehearseCheckIn(
  database: Database,
  { id, root }: { id: string; root: string },
  context: Omit<WriteContext, "key" | "group">,
): void {
  const started = { status: "open", checked_in_at: context.now, presence: "unknown" } as const;
  writeChanges(new Rehearsed(database), [{ kind: "visit", id, root, v: started }], {
    ...context,
    key: "rehearsal",
    group: "",
  });
}

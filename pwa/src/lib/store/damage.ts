/** Damage: a database file of which SQLite cannot read some pages, and hearing of it whichever statement meets it. */
import type { Database, SqlValue } from "./database.ts";

/** Tells whether something failed because the file is damaged, or is no database: SQLite says both by its message. */
export function isOfDamagedFile(reason: unknown): boolean {
  const told = reason instanceof Error ? reason.message : String(reason);
  return /SQLITE_(CORRUPT|NOTADB)|database disk image is malformed|file is not a database/.test(told);
}

/** A connection that tells once when a statement meets damage; the statement fails all the same. */
export class WatchedDatabase implements Database {
  #isTold = false;

  constructor(
    private readonly database: Database,
    private readonly damaged: () => void,
  ) {}

  all<T>(sql: string, parameters?: readonly SqlValue[]): T[] {
    return this.#watch(() => this.database.all<T>(sql, parameters));
  }

  get<T>(sql: string, parameters?: readonly SqlValue[]): T | undefined {
    return this.#watch(() => this.database.get<T>(sql, parameters));
  }

  run(sql: string, parameters?: readonly SqlValue[]): number {
    return this.#watch(() => this.database.run(sql, parameters));
  }

  exec(sql: string): void {
    this.#watch(() => this.database.exec(sql));
  }

  transaction<T>(work: () => T): T {
    return this.#watch(() => this.database.transaction(work));
  }

  size(): number {
    return this.#watch(() => this.database.size());
  }

  close(): void {
    this.database.close();
  }

  #watch<T>(work: () => T): T {
    try {
      return work();
    } catch (reason) {
      if (!this.#isTold && isOfDamagedFile(reason)) {
        this.#isTold = true;
        this.damaged();
      }
      throw reason;
    }
  }
}

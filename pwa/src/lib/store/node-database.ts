/** The database over node:sqlite, for tests and for a client without a browser. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Database, SqlValue } from "./database.ts";

/** Opens the file at `path`, by default a database in memory. */
export class NodeDatabase implements Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path = ":memory:") {
    this.#connection = new DatabaseSync(path);
  }

  all<T>(sql: string, parameters: readonly SqlValue[] = []): T[] {
    return this.#prepare(sql).all(...parameters) as T[];
  }

  get<T>(sql: string, parameters: readonly SqlValue[] = []): T | undefined {
    return this.#prepare(sql).get(...parameters) as T | undefined;
  }

  run(sql: string, parameters: readonly SqlValue[] = []): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#connection.isTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  size(): number {
    const found = this.get<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    );
    return found?.bytes ?? 0;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#connection.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

/**
 * The database over sqlite-wasm, for the worker. Values go through the raw exports with one scratch buffer: twice as fast
 * as the package's own objects when a page of rows is stored (docs/decisions/0050).
 */
import type { Database as Oo1Database, Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import type { Database, SqlValue } from "./database.ts";
import type { Room } from "./room.ts";

const SQLITE_ROW = 100;
const SQLITE_DONE = 101;
const SQLITE_STATIC = 0;
const SQLITE_INTEGER = 1;
const SQLITE_FLOAT = 2;
const SQLITE_NULL = 5;
const MAX_STATEMENTS = 200;
const FIRST_SCRATCH = 1 << 16;
/** An id and the name of a bucket are. */
const SHORT = 40;
const INT32 = 2 ** 31;

/** The functions of SQLite's C interface that are used here. */
interface Exports {
  sqlite3_bind_text(statement: number, at: number, text: number, bytes: number, destructor: number): number;
  sqlite3_bind_null(statement: number, at: number): number;
  sqlite3_bind_int(statement: number, at: number, value: number): number;
  sqlite3_bind_int64(statement: number, at: number, value: bigint): number;
  sqlite3_bind_double(statement: number, at: number, value: number): number;
  sqlite3_step(statement: number): number;
  sqlite3_reset(statement: number): number;
  sqlite3_changes(database: number): number;
  sqlite3_column_type(statement: number, at: number): number;
  sqlite3_column_text(statement: number, at: number): number;
  sqlite3_column_bytes(statement: number, at: number): number;
  sqlite3_column_double(statement: number, at: number): number;
}

interface Statement {
  readonly pointer: number;
  readonly columns: readonly string[];
  finalize(): void;
}

/** Opens nothing: wraps a connection that the VFS made. */
export class WasmDatabase implements Database {
  readonly #statements = new Map<string, Statement>();
  readonly #exports: Exports;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #scratch: number;
  #scratchSize = FIRST_SCRATCH;
  #inTransaction = false;

  constructor(
    private readonly sqlite3: Sqlite3Static,
    private readonly connection: Oo1Database,
    private readonly room: Room,
  ) {
    this.#exports = sqlite3.wasm.exports as unknown as Exports;
    this.#scratch = sqlite3.wasm.alloc(FIRST_SCRATCH);
  }

  all<T>(sql: string, parameters: readonly SqlValue[] = []): T[] {
    const rows: T[] = [];
    this.#each(sql, parameters, (row) => {
      rows.push(row as T);
      return true;
    });
    return rows;
  }

  get<T>(sql: string, parameters: readonly SqlValue[] = []): T | undefined {
    let first: T | undefined;
    this.#each(sql, parameters, (row) => {
      first = row as T;
      return false;
    });
    return first;
  }

  run(sql: string, parameters: readonly SqlValue[] = []): number {
    this.#each(sql, parameters, () => true);
    return this.#exports.sqlite3_changes(this.#pointer());
  }

  exec(sql: string): void {
    this.room.watch(() => this.connection.exec(sql));
  }

  transaction<T>(work: () => T): T {
    if (this.#inTransaction) throw new Error("transactions are not nested");
    this.run("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      // A full disk rolls back by itself; a second ROLLBACK must not hide the reason.
      if (!this.sqlite3.capi.sqlite3_get_autocommit(this.#pointer())) this.run("ROLLBACK");
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  size(): number {
    const found = this.get<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    );
    return found?.bytes ?? 0;
  }

  close(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
    this.sqlite3.wasm.dealloc(this.#scratch);
    this.connection.close();
  }

  #pointer(): number {
    const pointer = this.connection.pointer;
    if (pointer === undefined) throw new Error("the database is closed");
    return pointer as number;
  }

  #each(sql: string, parameters: readonly SqlValue[], found: (row: Record<string, SqlValue>) => boolean): void {
    const statement = this.#prepare(sql);
    this.#bind(statement.pointer, parameters);
    this.room.forget();
    try {
      for (;;) {
        const code = this.#exports.sqlite3_step(statement.pointer);
        if (code === SQLITE_DONE) return;
        if (code !== SQLITE_ROW) throw this.#failure(code, sql);
        if (!found(this.#row(statement))) return;
      }
    } catch (reason) {
      throw this.room.reasonOf(reason);
    } finally {
      this.#exports.sqlite3_reset(statement.pointer);
    }
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) {
      const [oldest, statement] = this.#statements.entries().next().value as [string, Statement];
      statement.finalize();
      this.#statements.delete(oldest);
    }
    const prepared = this.room.watch(() => this.connection.prepare(sql));
    const statement: Statement = {
      pointer: prepared.pointer as number,
      columns: prepared.columnCount > 0 ? prepared.getColumnNames() : [],
      finalize: () => void prepared.finalize(),
    };
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Binds without copying inside SQLite: the scratch buffer is left alone until the statement has been reset. */
  #bind(statement: number, parameters: readonly SqlValue[]): void {
    let needed = 0;
    for (const value of parameters) if (typeof value === "string") needed += value.length * 3;
    if (needed > this.#scratchSize) {
      this.sqlite3.wasm.dealloc(this.#scratch);
      this.#scratchSize = needed * 2;
      this.#scratch = this.sqlite3.wasm.alloc(this.#scratchSize);
    }
    const heap = this.sqlite3.wasm.heap8u();
    const end = this.#scratch + this.#scratchSize;
    let free = this.#scratch;
    for (let at = 0; at < parameters.length; at += 1) {
      const value = parameters[at] ?? null;
      if (value === null) this.#exports.sqlite3_bind_null(statement, at + 1);
      else if (typeof value === "string") {
        const written =
          writeShort(value, heap, free) ?? this.#encoder.encodeInto(value, heap.subarray(free, end)).written;
        this.#exports.sqlite3_bind_text(statement, at + 1, free, written, SQLITE_STATIC);
        free += written;
      } else if (!Number.isInteger(value)) this.#exports.sqlite3_bind_double(statement, at + 1, value);
      else if (value < INT32 && value >= -INT32) this.#exports.sqlite3_bind_int(statement, at + 1, value);
      else this.#exports.sqlite3_bind_int64(statement, at + 1, BigInt(value));
    }
  }

  #row(statement: Statement): Record<string, SqlValue> {
    const row: Record<string, SqlValue> = {};
    const { pointer, columns } = statement;
    for (let at = 0; at < columns.length; at += 1) row[columns[at] as string] = this.#column(pointer, at);
    return row;
  }

  #column(statement: number, at: number): SqlValue {
    const type = this.#exports.sqlite3_column_type(statement, at);
    if (type === SQLITE_NULL) return null;
    // Integers on the wire lie within 53 bits, so a double holds them.
    if (type === SQLITE_INTEGER || type === SQLITE_FLOAT) return this.#exports.sqlite3_column_double(statement, at);
    const start = this.#exports.sqlite3_column_text(statement, at);
    const bytes = this.#exports.sqlite3_column_bytes(statement, at);
    return this.#decoder.decode(this.sqlite3.wasm.heap8u().subarray(start, start + bytes));
  }

  #failure(code: number, sql: string): Error {
    const name = this.sqlite3.capi.sqlite3_js_rc_str(code) ?? `SQLite error ${code}`;
    return new Error(`${name}: ${this.sqlite3.capi.sqlite3_errmsg(this.#pointer())} in ${sql.slice(0, 200)}`);
  }
}

/** Writes an ASCII text letter by letter, where the way to the encoder and back takes longer; null where it is another one. */
function writeShort(text: string, heap: Uint8Array, at: number): number | null {
  if (text.length > SHORT) return null;
  for (let letter = 0; letter < text.length; letter += 1) {
    const code = text.charCodeAt(letter);
    if (code > 0x7f) return null;
    heap[at + letter] = code;
  }
  return text.length;
}

/** The database as the store sees it: synchronous, one connection. Two implementations: sqlite-wasm in the worker, node:sqlite elsewhere. */

/** A value that goes into or comes out of a column. */
export type SqlValue = string | number | null;

/** One connection to one SQLite database. Statements are prepared once and kept. */
export interface Database {
  /** Returns all rows. */
  all<T>(sql: string, parameters?: readonly SqlValue[]): T[];
  /** Returns the first row, undefined if there is none. */
  get<T>(sql: string, parameters?: readonly SqlValue[]): T | undefined;
  /** Runs one statement that returns nothing; returns the number of rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): number;
  /** Runs several statements without parameters. */
  exec(sql: string): void;
  /** Runs `work` in one transaction; rolls back and throws again if it throws. Not nested. */
  transaction<T>(work: () => T): T;
  /** Bytes that the database takes. */
  size(): number;
  close(): void;
}

/** An open database, and whether it lasts. */
export interface OpenedFile {
  readonly database: Database;
  /** False for a database in memory. */
  readonly isLasting: boolean;
  /** Closes the database and lets go of its files, so that another worker can open them. */
  release(): void;
  /** Deletes everything of this person; the database must be closed. */
  remove(): Promise<void>;
}

/**
 * What a connection to a file is set to. Measured, docs/decisions/0050. Exclusive locking keeps the log's index in memory, which
 * the browser's file system has no other place for.
 */
export const FILE_SETTINGS = `
PRAGMA page_size = 8192;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -32000;
PRAGMA temp_store = MEMORY;
PRAGMA journal_size_limit = 16777216;
`;

/**
 * Runs `work` with commits that do not wait for the disk: what may be done or read again. The next commit outside takes them with
 * it; until then a loss of power, not of the process, may take the last of them back, in order.
 */
export function withoutWaiting<T>(database: Database, work: () => T): T {
  const { synchronous } = database.get<{ synchronous: number }>("PRAGMA synchronous") ?? { synchronous: 2 };
  database.exec("PRAGMA synchronous = NORMAL");
  try {
    return work();
  } finally {
    database.exec(`PRAGMA synchronous = ${synchronous}`);
  }
}

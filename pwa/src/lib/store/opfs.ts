/** Opening the person's database file, and the way out where the browser keeps no files. */
import sqlite3InitModule, { type SAHPoolUtil, type Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import { WasmDatabase } from "./wasm-database.ts";

/** An open database, and whether it lasts. */
export interface OpenedFile {
  readonly database: WasmDatabase;
  /** False for a database in memory. */
  readonly isLasting: boolean;
  /** Deletes everything of this person; the database must be closed. */
  remove(): Promise<void>;
}

const FILE = "/store.sqlite3";
/** Files that the pool holds open: the database, its write-ahead log, and room for a rebuild. */
const CAPACITY = 4;
/** How long a dying worker may still hold its files, and how often to look. */
const RETRY_FOR_MS = 10_000;
const RETRY_EVERY_MS = 40;

// Measured, docs/decisions/0050. Exclusive locking keeps the log's index in memory, which the VFS has no other place for.
const SETTINGS = `
PRAGMA page_size = 8192;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -32000;
PRAGMA temp_store = MEMORY;
PRAGMA journal_size_limit = 16777216;
`;

/** Opens the person's file; the caller holds the lock that says it is the only one. */
export async function openFile(person: string): Promise<OpenedFile> {
  const sqlite3 = await sqlite3InitModule();
  const pool = await openPool(sqlite3, person);
  if (pool === null) {
    return {
      database: new WasmDatabase(sqlite3, new sqlite3.oo1.DB(":memory:")),
      isLasting: false,
      remove: async () => {},
    };
  }
  const connection = new pool.OpfsSAHPoolDb(FILE);
  connection.exec(SETTINGS);
  return {
    database: new WasmDatabase(sqlite3, connection),
    isLasting: true,
    remove: async () => void (await pool.removeVfs()),
  };
}

/** Returns the pool of this person's files, null where the browser has no place for them. */
async function openPool(sqlite3: Sqlite3Static, person: string): Promise<SAHPoolUtil | null> {
  if (!(await hasFiles())) return null;
  const name = `routebook-${person}`;
  // The package's types leave out the last option, without which a failure is remembered for ever.
  const options = { name, directory: `/${name}`, initialCapacity: CAPACITY, forceReinitIfPreviouslyFailed: true };
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      return await sqlite3.installOpfsSAHPoolVfs(options);
    } catch (error) {
      // The worker that led before holds its files a moment longer than its lock.
      if (performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
}

/** Private windows and old browsers have no file system, or refuse it when asked. */
async function hasFiles(): Promise<boolean> {
  if (typeof FileSystemFileHandle === "undefined" || !("createSyncAccessHandle" in FileSystemFileHandle.prototype)) {
    return false;
  }
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

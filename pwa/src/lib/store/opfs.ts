/** Opening the person's database file, and the way out where the browser keeps no files. */
import type { SAHPoolUtil, Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import { FILE_SETTINGS, type OpenedFile } from "./database.ts";
import { Kept } from "./kept.ts";
import { Room } from "./room.ts";
import { WasmDatabase } from "./wasm-database.ts";

const FILE = "/store.sqlite3";
/** The folder inside the pool's directory in which the package keeps its files. */
const POOL_FILES = ".opaque";
/** Files that the pool holds open: the database, its write-ahead log, and room for a rebuild. */
const CAPACITY = 4;
/** One that could not be opened is tried anew; the package's types do not know of that. */
const POOL = { initialCapacity: CAPACITY, forceReinitIfPreviouslyFailed: true };
/** How long a dying worker may still hold its files, and how often to look. */
const RETRY_FOR_MS = 10_000;
const RETRY_EVERY_MS = 40;

/** Asked for as soon as the worker runs; a script of its own, so that the app's own scripts are not kept waiting behind it. */
const loading = import("@sqlite.org/sqlite-wasm");

/** The worker's; SQLite's package has one log for all of its files. */
const room = new Room();

/** Compiles SQLite. */
async function engine(): Promise<Sqlite3Static> {
  // Two other file systems of the package need cross-origin isolation. Tried without it, each starts a worker that fails, and
  // a failure inside a worker is the page's: it would take the store for broken (tests/e2e/test_screens.py hears it).
  Object.assign(globalThis, {
    sqlite3ApiConfig: {
      disable: { vfs: { opfs: true, "opfs-vfs": true, "opfs-wl": true } },
      // A full device is no defect: the person is told.
      // biome-ignore lint/suspicious/noConsole: the package's own log
      error: (...said: unknown[]) => room.hear(said) || console.error(...said),
    },
  });
  return (await loading).default();
}

/**
 * Opens the person's file; the caller holds the lock that says it is the only one. `isAnew` empties it before: damaged, it may not be opened
 * in any other way.
 */
export async function openFile(person: string, { isAnew = false } = {}): Promise<OpenedFile> {
  const name = `routebook-${person}`;
  const known = new Kept<true>(`file/${person}`);
  const root = await fileSystem(known);
  // The files are tried while the engine is being compiled: a cold start waits for the slower of the two only.
  const [sqlite3] = await Promise.all([engine(), root === null ? null : waitUntilFree(root, name)]);
  const pool = root === null ? null : await sqlite3.installOpfsSAHPoolVfs({ name, directory: `/${name}`, ...POOL });
  if (pool === null) {
    const database = new WasmDatabase(sqlite3, new sqlite3.oo1.DB(":memory:"), room);
    return { database, isLasting: false, release: () => database.close(), remove: async () => {} };
  }
  // The package remembers the pool: here it is opened again, after somebody had let go of it.
  if (pool.isPaused()) await pool.unpauseVfs();
  if (isAnew) await pool.wipeFiles();
  const database = openInPool(sqlite3, pool);
  // Nobody waits for it: what could not be noted, the next opening notes.
  void known.keep(true).catch(() => undefined);
  return {
    database,
    isLasting: true,
    release() {
      database.close();
      pool.pauseVfs();
    },
    async remove() {
      await pool.removeVfs();
      await known.drop();
    },
  };
}

function openInPool(sqlite3: Sqlite3Static, pool: SAHPoolUtil): WasmDatabase {
  let database: WasmDatabase | null = null;
  try {
    const connection = room.watch(() => new pool.OpfsSAHPoolDb(FILE));
    database = new WasmDatabase(sqlite3, connection, room);
    database.exec(FILE_SETTINGS);
    return database;
  } catch (reason) {
    database?.close();
    pool.pauseVfs();
    throw reason;
  }
}

/**
 * Waits until every file of the pool can be opened. The worker that led before may hold its files a moment longer than
 * its lock, and the pool, when it fails to open, *deletes its directory*: it must not be tried before it will succeed.
 */
async function waitUntilFree(root: FileSystemDirectoryHandle, name: string): Promise<void> {
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      const files = await (await root.getDirectoryHandle(name)).getDirectoryHandle(POOL_FILES);
      const found: LockableFile[] = [];
      for await (const file of files.values()) if (isLockable(file)) found.push(file);
      const locks = await Promise.allSettled(found.map((file) => file.createSyncAccessHandle()));
      for (const lock of locks) if (lock.status === "fulfilled") lock.value.close();
      const refused = locks.find((lock) => lock.status === "rejected");
      if (refused !== undefined) throw refused.reason;
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotFoundError") return; // the first time
      if (performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
}

/** A file as workers see it; the types of pages do not know of it. */
interface LockableFile extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{ close(): void }>;
}

function isLockable(handle: FileSystemHandle): handle is LockableFile {
  return handle.kind === "file" && "createSyncAccessHandle" in handle;
}

/**
 * The origin's file system; private windows and old browsers have none, or refuse it when asked. Where this device has `known` a file of
 * the person's, a refusal is a failure that passes: it is asked again, and rather fails than begins another store beside that one.
 */
async function fileSystem(known: Kept<true>): Promise<FileSystemDirectoryHandle | null> {
  if (typeof FileSystemFileHandle === "undefined" || !("createSyncAccessHandle" in FileSystemFileHandle.prototype)) {
    return null;
  }
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      return await navigator.storage.getDirectory();
    } catch (error) {
      if ((await known.read().catch(() => null)) === null) return null;
      if (performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
}

/** The leader in the browser: the composition root of a tab's worker. */

import { HttpFileTransport } from "../sync/file-transport.ts";
import { realTimers } from "../sync/timers.ts";
import { HttpTransport } from "../sync/transport.ts";
import { forgetAccount } from "./account.ts";
import { WatchedDatabase } from "./damage.ts";
import type { OpenedFile } from "./database.ts";
import { Engine } from "./engine.ts";
import { IndexedBox } from "./files/indexed-box.ts";
import { Takes } from "./files/takes.ts";
import type { Network } from "./files/uploader.ts";
import { Leader, type Listeners } from "./leader.ts";
import { openFile } from "./opfs.ts";
import type { Queries } from "./queries/index.ts";
import { RescueKeeper } from "./rescue-keeper.ts";
import { IndexedRoads } from "./roads.ts";
import { StoreError } from "./store-error.ts";
import { NOTHING_TOLD } from "./unsent.ts";
import { UnsentKeeper } from "./unsent-keeper.ts";
import type { Opening } from "./wire.ts";

/** Where the news of the file go too. */
export interface FileListeners extends Listeners {
  /** It is damaged: whoever leads next makes it anew. */
  damaged(): void;
}

/** What is known of the file before it is opened: sound, damaged, or damaged so that the person has said that it may go. */
export type Condition = "sound" | "damaged" | "given_up";

/**
 * Opens the person's file and begins to synchronise. A damaged one is made anew, with what is on this device alone; StoreError "damaged" where
 * that cannot be read, and nobody has given it up.
 */
export async function lead(
  opening: Opening,
  queries: Queries,
  listeners: FileListeners,
  condition: Condition,
): Promise<Leader> {
  if (condition === "sound") {
    try {
      return await leadFile(opening, queries, listeners);
    } catch (reason) {
      if (StoreError.from(reason).code !== "damaged") throw reason;
    }
  }
  await new RescueKeeper(opening.account).makeAnew(openFile, condition === "given_up");
  return leadFile(opening, queries, listeners);
}

async function leadFile(opening: Opening, queries: Queries, listeners: FileListeners): Promise<Leader> {
  const file = await openFile(opening.account.person);
  try {
    return await leadOver(file, opening, queries, listeners);
  } catch (reason) {
    file.release(); // or no tab could open it, this one included
    throw reason;
  }
}

async function leadOver(
  file: OpenedFile,
  { account, version }: Opening,
  queries: Queries,
  listeners: FileListeners,
): Promise<Leader> {
  const world = {
    now: () => Date.now(),
    random: (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes),
  };
  // Also where the file lasts: this browser may have kept none before (docs/decisions/0248).
  const keeper = new UnsentKeeper(account.person);
  const reading = keeper.read();
  const rescues = new RescueKeeper(account);
  const rescuing = rescues.read();
  const engine = new Engine(new WatchedDatabase(file.database, listeners.damaged), account, world, queries);
  const [kept, rescued] = await Promise.all([reading, rescuing]);
  if (rescued.unsent !== null && file.isLasting) {
    engine.takeOver(rescued.unsent, rescued.settings);
    await rescues.forgetUnsent();
  }
  if (kept !== null && file.isLasting) {
    engine.takeOver(kept);
    await keeper.drop();
  }
  const told = kept === null || file.isLasting ? NOTHING_TOLD : engine.restoreUnsent(kept);
  engine.assertReadable();
  const leader = new Leader({
    version,
    file,
    engine,
    keeper: file.isLasting ? null : keeper,
    told,
    transport: new HttpTransport(),
    beside: [new IndexedRoads(account.person), rescues],
    rescued: { told: rescued.told, read: () => rescues.forgetTold() },
    files: { box: new IndexedBox(account.person), transport: new HttpFileTransport(), network },
    timers: realTimers,
    random: Math.random,
    listeners,
    forgetAccount: async () => {
      await forgetAccount();
      // A recording that a killed app left behind; who signs out himself finds it again.
      await new Takes(account.person).drop().catch(() => undefined);
    },
  });
  connection?.addEventListener?.("change", () => leader.noteNetwork());
  return leader;
}

/** Of the Network Information API, which Safari and Firefox do not have, what is asked here. */
interface Connected extends EventTarget {
  readonly type?: string;
  readonly saveData?: boolean;
}

const { connection } = navigator as Navigator & { readonly connection?: Connected };

function network(): Network {
  if (connection === undefined) return "unknown";
  if (connection.saveData === true || connection.type === "cellular" || connection.type === "wimax") return "metered";
  return connection.type === "wifi" || connection.type === "ethernet" ? "free" : "unknown";
}

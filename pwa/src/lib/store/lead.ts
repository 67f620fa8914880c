/** The leader in the browser: the composition root of a tab's worker. */

import { realTimers } from "../sync/timers.ts";
import { HttpTransport } from "../sync/transport.ts";
import { forgetAccount } from "./account.ts";
import { Engine } from "./engine.ts";
import { Leader, type Listeners } from "./leader.ts";
import { openFile } from "./opfs.ts";
import { UnsentKeeper } from "./unsent-keeper.ts";
import type { Opening } from "./wire.ts";

/** Opens the person's file and begins to synchronise. */
export async function lead({ account, version }: Opening, listeners: Listeners): Promise<Leader> {
  const file = await openFile(account.person);
  const engine = new Engine(file.database, account, {
    now: () => Date.now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
  });
  const keeper = file.isLasting ? null : new UnsentKeeper(account.person);
  const kept = (await keeper?.read()) ?? null;
  if (kept !== null) engine.restoreUnsent(kept);
  return new Leader({
    version,
    file,
    engine,
    keeper,
    transport: new HttpTransport(),
    timers: realTimers,
    random: Math.random,
    listeners,
    forgetAccount,
  });
}

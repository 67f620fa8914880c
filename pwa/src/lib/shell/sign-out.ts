/** Leaving this device: nothing unsent is dropped, and the session ends at the server when it can be reached. */
import { endSession } from "#lib/api/session";
import { showBadge } from "#lib/pwa/badge";
import { forgetAccount } from "#lib/store/account";
import type { SignOutResult, Store } from "#lib/store/client";
import { IndexedBox } from "#lib/store/files/indexed-box";
import { IndexedRoads } from "#lib/store/roads";
import { saveCopy } from "./files/bytes";
import { withFiles } from "./files/export";
import { type SavedAs, saveAs } from "./files/save-as";
import { reminders } from "./reminders.svelte";
import { forgetTraces } from "./traces";

/** Signs out and opens the sign-in screen; answers what still waits where something does. */
export async function signOut(store: Store, options: { readonly exported: boolean }): Promise<SignOutResult> {
  const result = await store.signOut(options);
  if (!result.signedOut) return result;
  await forgetAccount();
  await new IndexedRoads(store.account.person).drop().catch(() => undefined); // an answer may have come meanwhile
  forgetTraces(store.account.person);
  await reminders.end(); // while the session lasts: the next one here must not read this person's reminders
  await showBadge(0, navigator);
  await endSession({ fetch: (input, init) => fetch(input, init), isOnline: () => navigator.onLine });
  location.assign("/signin");
  return result;
}

/** Hands the unsent work to the person as a file, what has not been sent of photos and the like in it. */
export async function exportUnsent(store: Store): Promise<void> {
  saveCopy(await unsentWork(store), exportName(store));
}

/** The same for whoever is about to sign out; tells what is known of the file. Call it in the tap itself. */
export function saveUnsent(store: Store): Promise<SavedAs> {
  return saveAs(exportName(store), () => unsentWork(store));
}

async function unsentWork(store: Store): Promise<Blob> {
  const parts = await withFiles(await store.exportUnsent(), new IndexedBox(store.account.person));
  return new Blob([...parts], { type: "application/json" });
}

/** What the file is called: `routebook-2026-11-27.json`. */
export const exportName = (store: Pick<Store, "now">): string =>
  `routebook-${new Date(store.now()).toISOString().slice(0, 10)}.json`;

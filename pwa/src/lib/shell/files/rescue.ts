/** What a start does with recordings that a killed app left behind. */
import Mic from "@lucide/svelte/icons/mic";
import { m } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import { type Take, Takes } from "#lib/store/files/takes";
import { toasts } from "#lib/ui/toasts.svelte";
import { goto } from "$app/navigation";
import { type Belonging, keepVoice } from "./keep";
import { lockOf } from "./taking";

/**
 * Keeps what was recorded when the app was killed as the notes that they were to be; returns where they belong. Call it once the
 * store is ready.
 */
export async function rescueTakes(store: Store): Promise<readonly Belonging[]> {
  const takes = new Takes(store.account.person);
  const rescued: Belonging[] = [];
  for (const take of await takes.list()) {
    // Another tab may be recording it at this moment.
    await navigator.locks.request(lockOf(take.id), { ifAvailable: true }, async (lock) => {
      if (lock !== null && (await rescue(store, takes, take))) rescued.push(take);
    });
  }
  return rescued;
}

async function rescue(store: Store, takes: Takes, take: Take): Promise<boolean> {
  const pieces = await takes.pieces(take.id);
  const isKept = (await store.query("record.one", { kind: "file", id: take.id })) !== null;
  const last = pieces.at(-1);
  if (isKept || last === undefined) {
    await takes.remove(take.id);
    return false;
  }
  const blob = new Blob(
    pieces.map(({ bytes }) => bytes),
    { type: take.mediaType },
  );
  const more = { id: take.id, takenAt: take.beganAt + last.until, caption: m.files_voice_recovered_caption() };
  const result = await keepVoice(store, take, blob, last.until, more);
  if (result.name !== "kept") return false;
  await takes.remove(take.id);
  return true;
}

/** Says that the last of them is there, and leads to it. */
export function sayRescued(rescued: readonly Belonging[]): void {
  const last = rescued.at(-1);
  if (last === undefined) return;
  const path = last.visit === null ? `/customers/${last.customer}?tab=files` : `/visits/${last.visit}`;
  toasts.show({
    text: m.files_voice_recovered(),
    icon: Mic,
    label: m.files_voice_recovered_show(),
    undo: () => void goto(path),
  });
}

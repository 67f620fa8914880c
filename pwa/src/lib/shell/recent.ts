/** The customers opened last on this device, newest first. A convenience of one device: it is never sent. */

import { remember } from "#lib/browser/remembered";

const MOST = 8;
const keyOf = (person: string) => `routebook.recent.${person}`;

type KeyValueStorage = Pick<Storage, "getItem" | "setItem">;

export function recentlyOpened(storage: KeyValueStorage, person: string): readonly string[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keyOf(person)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // damaged or forbidden: the list begins anew
  }
}

/** Forgets all of them. */
export const forgetOpened = (person: string): void => remember(keyOf(person), null);

export function keepOpened(storage: KeyValueStorage, person: string, id: string): void {
  const others = recentlyOpened(storage, person).filter((other) => other !== id);
  try {
    storage.setItem(keyOf(person), JSON.stringify([id, ...others].slice(0, MOST)));
  } catch {
    // No storage: the app remembers nothing, and works.
  }
}

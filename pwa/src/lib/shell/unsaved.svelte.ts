/** Texts that are not on the disk yet, by what they are of: whoever comes back to one finds it as he left it. */
import type { Store } from "#lib/store/client";
import { holdInMemory } from "./closing";
import { Draft, type Habits, type Write } from "./draft.svelte";

const drafts = new Map<string, Draft>();
/** Those of them that the device had no room for. */
const homeless = new Set<string>();
let count = $state(0);

/** What the device had no room for; each is saved by itself once there is some. */
export const unsaved = {
  get count(): number {
    return count;
  },
};

function note(key: string, draft: Draft): void {
  if (draft.state === "saving" || draft.waitsForRoom) drafts.set(key, draft);
  else if (drafts.get(key) === draft) drafts.delete(key);
  const before = homeless.size;
  if (draft.waitsForRoom) homeless.add(key);
  else if (draft.state !== "saving") homeless.delete(key);
  holdInMemory(homeless.size - before);
  count = homeless.size;
}

/**
 * Opens the draft of a text: the one that is not saved yet, where there is one. `of` names the text, the record's id first; `write`
 * is kept beyond the screen, so it must not read what the screen shows by then.
 */
export function openDraft(
  store: Pick<Store, "account" | "now">,
  of: readonly string[],
  text: string,
  write: Write,
  habits: Habits = {},
): Draft {
  const key = JSON.stringify([store.account.person, ...of]);
  const left = drafts.get(key);
  if (left !== undefined) return left;
  return new Draft(text, write, () => store.now(), { ...habits, told: (draft) => note(key, draft) });
}

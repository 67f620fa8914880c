/** Taking something off the list, with the way back. */
import { failure, save } from "#lib/shell/save";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import { StoreError } from "#lib/store/store-error";
import { toasts } from "#lib/ui/toasts.svelte";

interface Settling {
  readonly text: string;
  readonly changes?: readonly Change[];
  /** Whether the server has to apply all of the changes or none. */
  readonly together?: boolean;
  /** The changes that take the first ones back. */
  readonly undo?: readonly Change[];
}

/**
 * Saves `changes`, takes the thing off the list and says so. There is a way back where nothing was saved that it would leave behind. Answers
 * whether they are saved.
 */
export async function settle(
  store: Store,
  n: number,
  { text, changes = [], together = false, undo = [] }: Settling,
): Promise<boolean> {
  if (!(await save(store, changes, { together }))) return false;
  try {
    const dismissed = await store.dismiss(n);
    toasts.show({
      text,
      ...(dismissed !== null &&
        canUndo(changes, undo) && {
          undo: () => {
            void save(store, undo).then((isSaved) => (isSaved ? store.recall(dismissed) : undefined));
          },
        }),
    });
  } catch (reason) {
    toasts.show({ text: failure(StoreError.from(reason)), tone: "red" });
  }
  return true;
}

/** Tells whether `undo` takes `changes` back: what was sent again, or let go of, cannot be. */
export function canUndo(changes: readonly Change[], undo: readonly Change[]): boolean {
  return changes.length === 0 || undo.length > 0;
}

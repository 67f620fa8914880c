/** What lies over the page, the newest last: a sheet, a photo. A step back closes the newest and leaves the page where it is. */
import { untrack } from "svelte";

type Close = () => void;

const open: Close[] = [];

/** Notes what lies over the page now; the returned function notes that it does no more. */
export function lay(close: Close): () => void {
  open.push(close);
  return () => void (open.includes(close) && open.splice(open.lastIndexOf(close), 1));
}

/** Closes the newest; false where nothing lies over the page. */
export function closeNewest(): boolean {
  const close = open.at(-1);
  close?.();
  return close !== undefined;
}

/** Leaves the field that is being written in: what is saved then still knows what it is of. */
export function leaveField(): void {
  const field = document.activeElement;
  if (field instanceof HTMLElement) field.blur();
}

/** Has a step back `close` what lies over the page while `isOpen`. Call it while a component is made. */
export function closesByBack(isOpen: () => boolean, close: Close): void {
  const isHere = $derived(isOpen());
  $effect(() => {
    if (!isHere) return;
    const closeNow = () =>
      untrack(() => {
        leaveField();
        close();
      });
    const leave = lay(closeNow);
    // Android's back gesture asks this one first, and goes no further.
    const watcher = typeof CloseWatcher === "undefined" ? null : new CloseWatcher();
    if (watcher !== null) watcher.onclose = closeNow;
    return () => {
      leave();
      watcher?.destroy();
    };
  });
}

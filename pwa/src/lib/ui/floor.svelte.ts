/**
 * What stands at the lower edge of a page, however high it is: toasts stay clear of it. It is told to them alone: a property of the
 * root, which all inherit, would have the whole page styled twice in the first frame of each screen with a bar.
 */
import type { Attachment } from "svelte/attachments";

let height = $state<number | null>(null);

/** How high it is by now; null where nothing stands there. */
export const floor = {
  get px(): number | null {
    return height;
  },
};

/** Attaches to what stands there; `gap`: pixels between it and the edge, or the tabs. */
export function raisesToasts(gap = 0): Attachment<HTMLElement> {
  return (bar) => {
    const size = new ResizeObserver(() => {
      const below = Number.parseFloat(getComputedStyle(bar).bottom) || 0;
      height = bar.offsetHeight + below + gap;
    });
    size.observe(bar);
    return () => {
      size.disconnect();
      height = null;
    };
  };
}

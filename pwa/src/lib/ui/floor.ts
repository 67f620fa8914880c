/** What stands at the lower edge of a page, however high it is: toasts stay clear of it. */
import type { Attachment } from "svelte/attachments";

/** Attaches to what stands there; `gap`: pixels between it and the edge, or the tabs. */
export function raisesToasts(gap = 0): Attachment<HTMLElement> {
  return (bar) => {
    const { style } = document.documentElement;
    const size = new ResizeObserver(() => {
      const below = Number.parseFloat(getComputedStyle(bar).bottom) || 0;
      style.setProperty("--floor", `${bar.offsetHeight + below + gap}px`);
    });
    size.observe(bar);
    return () => {
      size.disconnect();
      style.removeProperty("--floor");
    };
  };
}

/** The keys that move inside a group of choices, and where they lead; null for every other key. */
export function nextIndex(key: string, at: number, count: number, direction: "ltr" | "rtl"): number | null {
  if (count === 0) return null;
  const on = direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = direction === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (key === on || key === "ArrowDown") return (at + 1) % count;
  if (key === back || key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

/** Moves the focus along the children of a group and answers the index it came to, or null when the key was not for it. */
export function moveFocus(event: KeyboardEvent, group: HTMLElement, selector: string): number | null {
  const parts = [...group.querySelectorAll<HTMLElement>(selector)];
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const direction = getComputedStyle(group).direction === "rtl" ? "rtl" : "ltr";
  const next = nextIndex(event.key, Math.max(at, 0), parts.length, direction);
  if (next === null) return null;
  event.preventDefault();
  parts[next]?.focus();
  return next;
}

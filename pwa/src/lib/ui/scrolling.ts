import { keepInTab, keptInTab } from "#lib/browser/remembered";

/** The part of the page that scrolls around an element: a pane, or the page itself. */
export function scrollerOf(element: HTMLElement): HTMLElement {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    const overflow = getComputedStyle(parent).overflowY;
    if (
      (overflow === "auto" || overflow === "scroll") &&
      parent !== document.body &&
      parent !== document.documentElement
    ) {
      return parent;
    }
  }
  return (document.scrollingElement ?? document.documentElement) as HTMLElement;
}

/** What of a list is in sight: offsets from the upper end of the list. */
export function visiblePart(list: HTMLElement, scroller: HTMLElement): { top: number; bottom: number } {
  const box = list.getBoundingClientRect();
  const isPage = scroller === document.scrollingElement || scroller === document.documentElement;
  const edge = isPage ? 0 : scroller.getBoundingClientRect().top;
  const height = isPage ? innerHeight : scroller.clientHeight;
  return { top: edge - box.top, bottom: edge - box.top + height };
}

/** The page tells of its scrolling through the document, a pane through itself. */
export const scrollTarget = (scroller: HTMLElement): HTMLElement | Document =>
  scroller === document.scrollingElement || scroller === document.documentElement ? document : scroller;

const KEY = "routebook.places";

function readKept(): Map<string, number> {
  try {
    return new Map(JSON.parse(keptInTab(KEY) ?? "[]"));
  } catch {
    return new Map(); // damaged: lists begin at their upper end
  }
}

const places = readKept();
// Scrolling is too frequent to be written down each time.
globalThis.addEventListener?.("pagehide", () => keepInTab(KEY, JSON.stringify([...places])));

/** Scroll places by list, for as long as the tab is open. */
export const scrollPlaces = {
  keep: (name: string, top: number): void => void places.set(name, top),
  recall: (name: string): number | undefined => places.get(name),
};

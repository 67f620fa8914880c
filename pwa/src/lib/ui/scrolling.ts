import { keptByName } from "#lib/browser/remembered";
import { fromPaintOn } from "./after-paint";

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

const places = keptByName<number>("routebook.places");

/** Scroll places by list, for as long as the tab is open. */
export const scrollPlaces = {
  keep: (name: string, top: number): void => void places.set(name, top),
  recall: (name: string): number | undefined => places.get(name),
};

/** What is shown above and below comes in its own time: this long a place is held against it. */
const SETTLING_MS = 1_000;

/**
 * Keeps the place of what an element scrolls in under a name; where the screen is come back to, it begins there. Made with the screen.
 * What comes later and moves everything does not move the place; whoever touches the screen meanwhile has it.
 */
export function keepsPlace(name: string, isReturn = true) {
  let begins = isReturn ? places.get(name) : undefined;
  return (element: HTMLElement): (() => void) => {
    const top = begins;
    begins = undefined;
    // What begins at its upper end is laid out first: to look what it scrolls in would have that done twice.
    return top === undefined ? fromPaintOn(() => keepPlace(name, element)) : keepPlace(name, element, top);
  };
}

function keepPlace(name: string, element: HTMLElement, top?: number): () => void {
  const scroller = scrollerOf(element);
  const target = scrollTarget(scroller);
  const touches = ["pointerdown", "wheel", "keydown", "touchstart"] as const;
  let isSettling = top !== undefined;
  const hold = () => void (isSettling && top !== undefined && scroller.scrollTo({ top, behavior: "instant" }));
  const settled = () => {
    isSettling = false;
    observer.disconnect();
    clearTimeout(timer);
    for (const touch of touches) removeEventListener(touch, settled, true);
  };
  const observer = new ResizeObserver(hold);
  const timer = setTimeout(settled, SETTLING_MS);
  for (const touch of touches) addEventListener(touch, settled, { capture: true, passive: true });
  if (isSettling) for (const part of scroller.children) observer.observe(part);
  hold();
  const keep = () => void (isSettling || places.set(name, scroller.scrollTop));
  target.addEventListener("scroll", keep, { passive: true });
  return () => {
    settled();
    target.removeEventListener("scroll", keep);
  };
}

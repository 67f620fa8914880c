/** Dragging a row of a list to another place with a finger; near an edge of what scrolls the list follows. */
import { draggedTo, scrollSpeed } from "./drag";

interface Drag {
  readonly from: number;
  /** Where the row would be put down. */
  readonly to: number;
  /** How far it has gone: the finger and the list under it. */
  readonly pixels: number;
  readonly tops: readonly number[];
  readonly height: number;
  /** Where the finger took it, where it is, and how far the list was scrolled then. */
  readonly start: number;
  readonly y: number;
  readonly scrolled: number;
  /** Whether the finger has moved: the list follows no finger that only rests on it. */
  readonly isPulled: boolean;
}

/** How far a finger moves, in pixels, before it is meant. */
const PULL = 6;

export class Dragging {
  #drag = $state.raw<Drag | null>(null);
  #scroller: Element | null = null;
  #frame = 0;

  /** `rows`: what can be dragged, in order; `moved` hears of a row that was put down at another place. */
  constructor(
    private readonly rows: () => readonly HTMLElement[],
    private readonly moved: (from: number, to: number) => void,
  ) {}

  /** The row that is being dragged, null for none. */
  get from(): number | null {
    return this.#drag?.from ?? null;
  }

  /** How far a row stands from its place, in pixels. */
  shift(at: number): number {
    const drag = this.#drag;
    if (drag === null) return 0;
    if (at === drag.from) return drag.pixels;
    if (drag.from < at && at <= drag.to) return -drag.height;
    return drag.to <= at && at < drag.from ? drag.height : 0;
  }

  grip(event: PointerEvent, from: number): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const rows = this.rows();
    const boxes = rows.map((row) => row.getBoundingClientRect());
    this.#scroller = scrollerOf(rows[from]);
    this.#drag = {
      from,
      to: from,
      pixels: 0,
      tops: boxes.map(({ top }) => top),
      height: boxes[from]?.height ?? 0,
      start: event.clientY,
      y: event.clientY,
      scrolled: this.#scroller?.scrollTop ?? 0,
      isPulled: false,
    };
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  pull(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === null) return;
    const isPulled = drag.isPulled || Math.abs(event.clientY - drag.start) >= PULL;
    this.#go({ ...drag, isPulled }, event.clientY);
  }

  drop(): void {
    const drag = this.#drag;
    this.cancel();
    if (drag !== null && drag.to !== drag.from) this.moved(drag.from, drag.to);
  }

  /** Everything stays where it was. */
  cancel(): void {
    cancelAnimationFrame(this.#frame);
    this.#drag = null;
  }

  #go(drag: Drag, y: number): void {
    const pixels = y - drag.start + (this.#scroller?.scrollTop ?? 0) - drag.scrolled;
    this.#drag = { ...drag, y, pixels, to: draggedTo(drag.tops, drag.from, pixels) };
  }

  /** Scrolls while the finger rests near an edge. */
  #follow(): void {
    const drag = this.#drag;
    if (drag === null) return;
    const scroller = this.#scroller;
    if (scroller !== null && drag.isPulled) {
      const { top, bottom } = edgesOf(scroller);
      const before = scroller.scrollTop;
      scroller.scrollTop += scrollSpeed(drag.y, top, bottom);
      if (scroller.scrollTop !== before) this.#go(drag, drag.y);
    }
    this.#frame = requestAnimationFrame(() => this.#follow());
  }
}

/** What scrolls a row, null where nothing does. */
function scrollerOf(row: HTMLElement | undefined): Element | null {
  for (let at = row?.parentElement ?? null; at !== null && at !== document.body; at = at.parentElement) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(at).overflowY);
    if (scrolls && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement;
}

/** Where what scrolls begins and ends on the screen. */
function edgesOf(scroller: Element): { top: number; bottom: number } {
  return scroller === document.scrollingElement
    ? { top: 0, bottom: window.innerHeight }
    : scroller.getBoundingClientRect();
}

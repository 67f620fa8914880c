/** Swiping a row to one of its sides. A button does the same for whoever does not swipe. */
import type { Attachment } from "svelte/attachments";

/** `start` is left where one writes from left to right. */
export type Side = "start" | "end";

export interface Swiping {
  /** The row is being moved by so many pixels, to the right where positive; 0 when it is let go. */
  onmove: (pixels: number) => void;
  onswipe: (side: Side) => void;
}

/** A finger that has gone so far means it. */
const FAR_PX = 96;
/** Until a finger has gone so far, it may be going to scroll. */
const SLOP_PX = 12;

/** What a movement means; null where it was too short. */
export function sideOf(pixels: number, direction: "ltr" | "rtl"): Side | null {
  if (Math.abs(pixels) < FAR_PX) return null;
  return pixels > 0 === (direction === "ltr") ? "end" : "start";
}

/** Lets a finger move a row sideways; the mouse selects text as ever. Give the row `touch-action: pan-y`. */
export const swipe =
  ({ onmove, onswipe }: Swiping): Attachment<HTMLElement> =>
  (row) => {
    let begun: { readonly x: number; readonly y: number; readonly id: number } | null = null;
    let moving = false;
    const down = (event: PointerEvent) => {
      if (event.pointerType === "mouse" || !event.isPrimary) return;
      begun = { x: event.clientX, y: event.clientY, id: event.pointerId };
      moving = false;
    };
    const move = (event: PointerEvent) => {
      if (begun === null || event.pointerId !== begun.id) return;
      const [x, y] = [event.clientX - begun.x, event.clientY - begun.y];
      if (!moving && Math.abs(y) > SLOP_PX) begun = null;
      else if (moving || Math.abs(x) > SLOP_PX) {
        if (!moving) row.setPointerCapture(event.pointerId);
        moving = true;
        onmove(x);
      }
    };
    const up = (event: PointerEvent) => {
      const side = moving && begun !== null ? sideOf(event.clientX - begun.x, directionOf(row)) : null;
      release();
      if (side !== null) onswipe(side);
    };
    const release = () => {
      if (moving) onmove(0);
      begun = null;
    };
    /** The tap that ends a swipe opens nothing. */
    const click = (event: MouseEvent) => {
      if (!moving) return;
      moving = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const stop = new AbortController();
    const { signal } = stop;
    row.addEventListener("pointerdown", down, { signal });
    row.addEventListener("pointermove", move, { signal });
    row.addEventListener("pointerup", up, { signal });
    row.addEventListener("pointercancel", release, { signal });
    row.addEventListener("click", click, { signal, capture: true });
    return () => stop.abort();
  };

const directionOf = (row: HTMLElement): "ltr" | "rtl" => (getComputedStyle(row).direction === "rtl" ? "rtl" : "ltr");

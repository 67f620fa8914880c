/**
 * What a pen drew, as the server keeps it: the data of an SVG path on paper that is 600 units wide, each stroke one absolute
 * point and steps from it. It is drawn as it is, at any size, and has a bound that both sides check (`unit: "strokes"`).
 */

/** A point of a stroke, in units of the paper; need not be whole. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

export const PAPER_WIDTH = 600;
export const PAPER_HEIGHT = 260;
/** The longest text that a record takes. */
export const MAX_STROKES = 16_000;
/** Steps shorter than this add bytes and no shape. */
const SHORTEST_STEP = 2;
const EDGE = 9_999;

/** Writes strokes as text; coarser where they would be longer than a record takes. "" for nothing drawn. */
export function textFromStrokes(strokes: readonly (readonly Dot[])[]): string {
  for (let step = SHORTEST_STEP; ; step *= 1.5) {
    const text = strokes.map((stroke) => textOf(stroke, step)).join("");
    if (text.length <= MAX_STROKES) return text;
    // So many strokes are no signature any more: the last of them are left out.
    if (step > PAPER_WIDTH) return textFromStrokes(strokes.slice(0, strokes.length >> 1));
  }
}

function textOf(stroke: readonly Dot[], step: number): string {
  const [first, ...rest] = stroke.map(whole);
  if (first === undefined) return "";
  let [last, text] = [first, `M${first.x} ${first.y}`];
  for (const [index, dot] of rest.entries()) {
    const isFar = Math.hypot(dot.x - last.x, dot.y - last.y) >= step;
    const isEnd = index === rest.length - 1 && (dot.x !== last.x || dot.y !== last.y);
    if (!isFar && !isEnd) continue;
    text += `l${dot.x - last.x} ${dot.y - last.y}`;
    last = dot;
  }
  // A tap of the pen is a dot.
  return last === first && !text.includes("l") ? `${text}l0 0` : text;
}

const within = (value: number) => Math.min(EDGE, Math.max(0, Math.round(value)));
const whole = ({ x, y }: Dot): Dot => ({ x: within(x), y: within(y) });

/** The box around what was drawn. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the box around strokes with a margin for the pen; null for a text that is none. */
export function boxOfStrokes(text: string): Box | null {
  const steps = [...text.matchAll(/([Ml])(-?\d+) (-?\d+)/g)];
  if (steps.length === 0) return null;
  let [x, y] = [0, 0];
  const [xs, ys]: [number[], number[]] = [[], []];
  for (const [, letter, a, b] of steps) {
    [x, y] = letter === "M" ? [Number(a), Number(b)] : [x + Number(a), y + Number(b)];
    xs.push(x);
    ys.push(y);
  }
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  return { x: left, y: top, width: Math.max(...xs) + MARGIN - left, height: Math.max(...ys) + MARGIN - top };
}

const MARGIN = 8;

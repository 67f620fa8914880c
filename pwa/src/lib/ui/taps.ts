/** One guard for the whole app: the second half of a double tap is meant for what the first has hit, and does nothing to what stands there since. */

/** What a tap hits. */
export interface Hit {
  readonly node: unknown;
  /** Whether anything comes of a tap on it. */
  readonly acts: boolean;
  /** Where quick taps on it are all meant, its name, which may be empty; null where one is enough. */
  readonly repeats: string | null;
}

/** A finger or the mouse goes down. */
export interface Press {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  /** How many clicks this makes in a row, as the system counts them for a mouse; null for a finger, which nobody counts. */
  readonly count: number | null;
}

/** A tap of which something came. */
export interface Tap {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly on: Hit;
}

/** Longer than the two halves of a double tap are apart, shorter than it takes to read what stands there now. */
const WITHIN_MS = 400;
/** As far as a thumb comes down beside where it was; two buttons are farther apart. */
const WITHIN_PX = 32;

/** Whether a press on something was meant for what the tap `before` has hit. */
export function isSecondHalf(before: Tap, { at, x, y, count }: Press, on: Hit): boolean {
  const isSoon = count === null ? at - before.at < WITHIN_MS : count > 1;
  if (!isSoon || Math.hypot(x - before.x, y - before.y) >= WITHIN_PX) return false;
  if (on.repeats === null || on.repeats !== before.on.repeats) return true;
  return on.node !== before.on.node && (on.repeats === "" || !on.acts);
}

const ACTS = "a, button, summary, label, input, select, textarea, canvas, audio, [role=button], [data-dialog-overlay]";
/** Fields, where two taps choose a word; and what tells taps apart by itself, as the map does. */
const TELLS_APART =
  "input:not([type=checkbox], [type=radio], [type=file], [type=button], [type=submit]), select, textarea, canvas, audio";

function hitAt(target: EventTarget | null): Hit {
  const found = target instanceof Element ? target.closest(ACTS) : null;
  if (found === null) return { node: target, acts: false, repeats: "" };
  // Its field answers for a label.
  const node = found instanceof HTMLLabelElement ? (found.control ?? found) : found;
  return { node, acts: true, repeats: node.getAttribute("data-repeats") ?? (node.matches(TELLS_APART) ? "" : null) };
}

/**
 * Swallows second halves wherever they fall, across screens too. `data-repeats` marks a control on which quick taps all count, as +
 * and − need it; one that the next screen draws anew has the same name there as its value. What is done by a key or a screen reader has no press, and counts.
 */
export function guardTaps(root: EventTarget, hitOf: (target: EventTarget | null) => Hit = hitAt): () => void {
  let before: Tap | null = null;
  let press: (Press & { readonly isMissed: boolean }) | null = null;

  /** Says whether what is pressed is missed; what has been missed once stays so until the finger comes down again. */
  const isMissed = ({ target, detail }: UIEvent): boolean => {
    if (press === null) return false;
    const counted = press.count === null ? press : { ...press, count: detail };
    press = {
      ...counted,
      isMissed: press.isMissed || (before !== null && isSecondHalf(before, counted, hitOf(target))),
    };
    return press.isMissed;
  };
  const down = (event: PointerEvent) => {
    const { timeStamp: at, clientX: x, clientY: y, pointerType, isPrimary } = event;
    press = isPrimary ? { at, x, y, count: pointerType === "mouse" ? 0 : null, isMissed: false } : null;
    if (isMissed(event)) event.stopImmediatePropagation();
  };
  const cancel = () => {
    press = null;
  };
  /** Gives the focus, chooses a word, opens a list. */
  const mouseDown = (event: MouseEvent) => {
    if (isMissed(event)) swallow(event);
  };
  const click = (event: MouseEvent) => {
    // By a key, or, after the click on a label, its field's own.
    if (press === null || event.detail === 0) return;
    const isGone = isMissed(event);
    const { x, y } = press;
    const on = isGone && before !== null ? before.on : hitOf(event.target);
    before = on.acts ? { at: event.timeStamp, x, y, on } : null;
    press = null;
    if (isGone) swallow(event);
  };

  const stop = new AbortController();
  const how = { capture: true, signal: stop.signal };
  root.addEventListener("pointerdown", (event) => down(event as PointerEvent), how);
  root.addEventListener("pointercancel", cancel, how);
  root.addEventListener("mousedown", (event) => mouseDown(event as MouseEvent), how);
  root.addEventListener("click", (event) => click(event as MouseEvent), how);
  return () => stop.abort();
}

function swallow(event: Event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** What a tap leaves goes only when the tap is over: what is tapped would move away under the finger. */

const OVER = ["mouseup", "dragend"] as const;

/** Calls `work` after the tap, or the press of the mouse, that is under way; where there is none, in a task of its own. */
export function afterTap(work: () => void): void {
  if (document.querySelector(":active") === null) {
    setTimeout(work);
    return;
  }
  const over = () => {
    for (const name of OVER) removeEventListener(name, over, { capture: true });
    // The click comes in the same task.
    setTimeout(work);
  };
  for (const name of OVER) addEventListener(name, over, { capture: true });
}

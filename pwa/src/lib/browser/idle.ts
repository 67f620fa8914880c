/** Where the browser does not say when it has nothing to do (Safari). */
const LATER_MS = 1_000;

/** Does `work` when nothing else is to be done; returns the way to call it off. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(work, LATER_MS);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(work);
  return () => cancelIdleCallback(idle);
}

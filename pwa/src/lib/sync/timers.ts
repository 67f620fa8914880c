/** Time for the session: as it sees it, and the real one. */

/** Time as the session sees it. */
export interface Timers {
  /** Milliseconds since 1970 UTC by the device's own clock. */
  now(): number;
  /** Calls `work` once after so many milliseconds; returns the way to call it off. */
  after(ms: number, work: () => void): () => void;
}

/**
 * Returns the milliseconds left of a pause until `until`, of which `longest` is the longest that there is: one that would last longer is
 * over, because the device's clock was set back since.
 */
export const left = (until: number, now: number, longest: number) =>
  until - now > longest ? 0 : Math.max(0, until - now);

/** Work that is due as soon as whatever runs now is done. */
const due: (() => void)[] = [];

/** A browser makes even `setTimeout(…, 0)` wait for milliseconds where timers follow each other; a message comes at once. */
function makeSoon(): (work: () => void) => void {
  if (typeof setImmediate === "function") return (work) => void setImmediate(work);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return (work) => {
    due.push(work);
    port2.postMessage(null);
  };
}

const soon = makeSoon();

/** The device's clock and its timers. */
export const realTimers: Timers = {
  now: () => Date.now(),
  after(ms, work) {
    if (ms > 0) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    }
    let isCalledOff = false;
    soon(() => {
      if (!isCalledOff) work();
    });
    return () => {
      isCalledOff = true;
    };
  },
};

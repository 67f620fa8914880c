/** What is prepared for later screens begins only when the one in sight stands. */
import { whenIdle } from "#lib/browser/idle";
import type { Store } from "#lib/store/client";
import { afterPaint } from "#lib/ui/after-paint";

/** Calls `work` once what was asked of the store is answered, that is painted, and nothing else is to be done; returns the way to call it off. */
export function whenStanding(store: Pick<Store, "answered">, work: () => void): () => void {
  let isOff = false;
  let callOff = () => {};
  void store.answered().then(() => {
    if (isOff) return;
    callOff = afterPaint(() => {
      callOff = whenIdle(work);
    });
  });
  return () => {
    isOff = true;
    callOff();
  };
}

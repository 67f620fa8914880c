/** A page that nobody sees is not painted: then so many milliseconds are enough. */
const UNSEEN_MS = 250;

/** Calls `work` once what stands on the page by now has been painted; returns the way to call it off. */
export function afterPaint(work: () => void): () => void {
  let task: ReturnType<typeof setTimeout> | undefined;
  // What is there when a frame begins is painted at its end, and a task comes after that.
  const frame = requestAnimationFrame(() => {
    task = setTimeout(begin);
  });
  const unseen = setTimeout(begin, UNSEEN_MS);
  function begin() {
    callOff();
    work();
  }
  function callOff() {
    cancelAnimationFrame(frame);
    clearTimeout(task);
    clearTimeout(unseen);
  }
  return callOff;
}

/** Begins `work` once what stands on the page by now has been painted; returns the way to end it, begun or not. */
export function fromPaintOn(work: () => () => void): () => void {
  let end = () => {};
  const callOff = afterPaint(() => {
    end = work();
  });
  return () => {
    callOff();
    end();
  };
}

/** Calls `work` in a task of its own, after a tap that waits by now; returns the way to call it off. */
export function inNextTask(work: () => void): () => void {
  const task = setTimeout(work);
  return () => clearTimeout(task);
}

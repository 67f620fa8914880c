/** https://developer.mozilla.org/docs/Web/API/CloseWatcher: Chromium has it, the DOM types do not yet. */
declare class CloseWatcher extends EventTarget {
  constructor(options?: { signal?: AbortSignal });
  onclose: (() => void) | null;
  close(): void;
  destroy(): void;
  requestClose(): void;
}

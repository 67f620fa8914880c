/**
 * Where a tab's worker begins. Chromium keeps the compiled code of a module that a worker imports when it runs, and none of the script that
 * the worker begins with or of what that one imports at once: so this is all of it (docs/decisions/0190).
 */
import type { ToWorker } from "./wire.ts";

const tab = import("./tab-worker.ts");
tab.catch(reportError); // without it there is no store, and the page has to hear of that

self.onmessage = (event: MessageEvent<ToWorker>) => void tab.then(({ take }) => take(event.data));

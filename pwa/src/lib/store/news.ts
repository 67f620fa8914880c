/** Who in this tab is told when the data changes; and who is not told yet, because a tap leads away from what he shows. */
import type { Kind } from "$sync/schema.gen.ts";
import type { Topic } from "./query.ts";

/** The topics that are the store's own lists; the schema itself would be heavy for the page. */
const OWN_TOPICS: readonly Topic[] = ["outbox", "attention", "sent", "older"];

interface Watcher {
  readonly reads: readonly Topic[];
  readonly changed: () => void;
}

export class News {
  readonly #watchers = new Set<Watcher>();
  readonly #listeners = new Set<(kinds: ReadonlySet<Kind>) => void>();
  /** What waits for the last hold to end. */
  readonly #late = { watchers: new Set<Watcher>(), kinds: new Set<Kind>() };
  #holds = 0;

  /** Calls `changed` once, when something that `reads` names has changed; returns the way to stop. */
  watch(reads: readonly Topic[], changed: () => void): () => void {
    const watcher: Watcher = { reads, changed };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      this.#late.watchers.delete(watcher);
    };
  }

  /** Calls `listener` with the kinds of every change; returns the way to stop. */
  listen(listener: (kinds: ReadonlySet<Kind>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(topics: readonly Topic[]): void {
    for (const watcher of this.#watchers)
      if (watcher.reads.some((topic) => topics.includes(topic))) {
        this.#watchers.delete(watcher);
        this.#late.watchers.add(watcher);
      }
    for (const topic of topics) if (!OWN_TOPICS.includes(topic)) this.#late.kinds.add(topic as Kind);
    if (this.#holds === 0) this.#flush();
  }

  /** From now on nobody is told, until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#flush();
    };
  }

  clear(): void {
    this.#watchers.clear();
    this.#late.watchers.clear();
  }

  #flush(): void {
    // Whoever is told may watch anew, and that is for the next change; or stop others.
    const { watchers, kinds } = this.#late;
    for (const watcher of [...watchers]) if (watchers.delete(watcher)) watcher.changed();
    if (kinds.size === 0) return;
    const told = new Set(kinds);
    kinds.clear();
    for (const listener of this.#listeners) listener(told);
  }
}

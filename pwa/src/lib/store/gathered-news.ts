/** Gathered news: which topics have changed, told to the screens at once, or once in a while where many follow each other. */
import type { Topic } from "./query.ts";

/** See the module. */
export class GatheredNews {
  readonly #topics = new Set<Topic>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly changed: (topics: readonly Topic[]) => void) {}

  /** Tells of topics, with what was gathered before; `withinMs` of 0 is at once. */
  tell(topics: Iterable<Topic>, withinMs = 0): void {
    for (const topic of topics) this.#topics.add(topic);
    if (withinMs === 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), withinMs);
  }

  /** Tells nothing more by itself. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    this.stop();
    if (this.#topics.size > 0) this.changed([...this.#topics]);
    this.#topics.clear();
  }
}

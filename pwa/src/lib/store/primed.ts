/** What the next screen begins with, asked for before that screen is there. One answer at a time: the newest. */
import type { Watched } from "./client.ts";
import type { ParametersOf, QueryName, ResultOf } from "./queries/index.ts";

/** As `Store.watch`. */
type Watch = <N extends QueryName>(
  name: N,
  parameters: ParametersOf<N>,
  changed: () => void,
) => Promise<Watched<ResultOf<N>>>;

interface Held {
  readonly key: string;
  watched: Watched<unknown> | null;
  changed: () => void;
}

export class Primed {
  #held: Held | null = null;

  constructor(private readonly watch: Watch) {}

  /** Asks, and resolves when the answer is here, or is not to be had. */
  async ask<N extends QueryName>(name: N, parameters: ParametersOf<N>): Promise<void> {
    this.#drop();
    const held: Held = { key: keyOf(name, parameters), watched: null, changed: () => this.#drop(held) };
    this.#held = held;
    try {
      const watched = await this.watch(name, parameters, () => held.changed());
      if (this.#held === held) held.watched = watched;
      else watched.stop();
    } catch {
      this.#drop(held); // the screen asks again, and tells its reader why it fails
    }
  }

  /** The answer, once, to whoever asks just this; undefined where there is none, or no longer. */
  take<N extends QueryName>(
    name: N,
    parameters: ParametersOf<N>,
    changed: () => void,
  ): Watched<ResultOf<N>> | undefined {
    const held = this.#held;
    if (held === null || held.watched === null || held.key !== keyOf(name, parameters)) return undefined;
    this.#held = null;
    held.changed = changed;
    return held.watched as Watched<ResultOf<N>>;
  }

  #drop(held: Held | null = this.#held): void {
    held?.watched?.stop();
    if (this.#held === held) this.#held = null;
  }
}

function keyOf(name: QueryName, parameters: unknown): string {
  return `${name} ${JSON.stringify(parameters)}`;
}

/** The unsent copy: what waits to be sent, kept a second time where the database does not last; one step after another. */
import type { Transport } from "../sync/transport.ts";
import { NOTHING_TOLD, type UnsentChange, type UnsentMark } from "./unsent.ts";

/** Where unsent edits are kept beside a database that does not last. */
export interface Keeper {
  /** Resolves when it is on the disk. */
  keep(change: UnsentChange): Promise<void>;
  drop(): Promise<void>;
}

/** What the copy is made of. */
export interface UnsentCopyParts {
  readonly keeper: Keeper;
  /** What of the unsent the keeper has already; left out: nothing. */
  readonly told?: UnsentMark | undefined;
  /** What is new of the unsent since then, null for nothing. */
  readonly since: (mark: UnsentMark) => UnsentChange | null;
}

/** See the module. */
export class UnsentCopy {
  readonly #parts: UnsentCopyParts;
  #told: UnsentMark;
  /** The keeping that is under way. */
  #keeping: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(parts: UnsentCopyParts) {
    this.#parts = parts;
    this.#told = parts.told ?? NOTHING_TOLD;
  }

  /** Keeps what is new; resolves when it is on the disk. */
  keep(): Promise<void> {
    const step = async () => {
      if (this.#isOver) return;
      const change = this.#parts.since(this.#told);
      if (change === null) return;
      await this.#parts.keeper.keep(change);
      this.#told = change.mark; // only now: what could not be kept is told again
    };
    this.#keeping = this.#keeping.then(step, step);
    return this.#keeping;
  }

  /** Lets a request go once what it acknowledges is kept: the server forgets it then. */
  before(transport: Transport): Transport {
    return {
      exchange: async (...given) => {
        await this.#keeping.catch(() => undefined);
        return transport.exchange(...given);
      },
      listen: (listener) => transport.listen(listener),
    };
  }

  /** Begins no further keeping. */
  stop(): void {
    this.#isOver = true;
  }

  /** Resolves when nothing is being kept any more: it would come after the dropping else. */
  settled(): Promise<void> {
    return this.#keeping.catch(() => undefined);
  }

  /** Lets go of the copy. */
  drop(): Promise<void> {
    return this.#parts.keeper.drop();
  }
}

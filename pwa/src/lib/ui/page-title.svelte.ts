/** What the page is called: whatever of it has a title claims it here, and one of them has it. */
import { untrack } from "svelte";

interface Claim {
  readonly words: () => string;
  readonly isDetail: boolean;
  readonly isKnown: () => boolean;
}

interface Claiming {
  /** What is open beside a list goes before the list, whichever of them was there first. */
  readonly isDetail?: boolean;
  /** False while the words only stand in for a name that is still being read. */
  readonly isKnown?: () => boolean;
}

class PageTitle {
  #claims = $state.raw<readonly Claim[]>([]);

  get #owner(): Claim | undefined {
    return this.#claims.findLast(({ isDetail }) => isDetail) ?? this.#claims.at(-1);
  }

  /** Null where nothing has claimed it. */
  get text(): string | null {
    return this.#owner?.words() ?? null;
  }

  get isKnown(): boolean {
    return this.#owner?.isKnown() ?? false;
  }

  /** Claims the title for as long as the component is there. Call it while a component is made. */
  claim(words: () => string, { isDetail = false, isKnown = () => true }: Claiming = {}): void {
    $effect(() => {
      const own: Claim = { words, isDetail, isKnown };
      this.#claims = [...untrack(() => this.#claims), own];
      return () => {
        this.#claims = untrack(() => this.#claims).filter((one) => one !== own);
      };
    });
  }
}

export const pageTitle = new PageTitle();

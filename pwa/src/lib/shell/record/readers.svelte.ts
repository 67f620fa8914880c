/** Who sees a customer, as the server last said: asked for each time, kept for when there is no network. */
import { readReaders } from "#lib/api/readers";
import { keptByName } from "#lib/browser/remembered";
import { api } from "#lib/shell/api";

const kept = keptByName<readonly string[]>("routebook.readers");

/** Who sees the customers of a territory. */
export interface Readers {
  /** Their ids, null while nobody has said. */
  readonly current: readonly string[] | null;
  /** True where nobody could say. */
  readonly isUnknown: boolean;
}

/** Call it while a component is made. */
export function useReaders(territory: () => string | null): Readers {
  let current = $state.raw<readonly string[] | null>(null);
  let failed = $state(false);
  const of = $derived(territory());
  $effect(() => {
    const asked = of;
    current = asked === null ? null : (kept.get(asked) ?? null);
    failed = false;
    if (asked === null) return;
    let isAsked = true;
    void readReaders(api, asked).then((answer) => {
      if (answer.ok) kept.set(asked, answer.value);
      if (!isAsked) return;
      if (answer.ok) current = answer.value;
      else failed = true;
    });
    return () => {
      isAsked = false;
    };
  });
  return {
    get current() {
      return current;
    },
    get isUnknown() {
      return failed && current === null;
    },
  };
}

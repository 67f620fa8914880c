import { untrack } from "svelte";
import { useStore } from "./context.ts";
import type { ParametersOf, QueryName, ResultOf } from "./queries/index.ts";
import { StoreError } from "./store-error.ts";

/** A query's result that follows the data. */
export interface Live<R> {
  /**
   * The newest result; the one before while a new one is on its way, which of other parameters may be about something else (`isExact`);
   * undefined until the first.
   */
  readonly current: R | undefined;
  /** True from a change of parameters or data to its result. */
  readonly loading: boolean;
  /** Why the last run failed, null after a good one. */
  readonly error: StoreError | null;
}

/**
 * Runs a query now, whenever the runes read by `ask` change, and whenever a record of a kind that the query reads does.
 *
 * Call it while a component is being made, below `provideStore`. `ask` returns the query's name and its parameters, or
 * null for "nothing to ask now". With `isPrimed` it begins with what `Store.prime` has fetched, and `ask` is called at once. With
 * `isExact` nothing is told of other parameters than those that are asked now: where what stands there is tapped, or counted on. With
 * `about` that goes for another subject alone: the minute passes, or the list grows, and what is there stays.
 *
 *     const page = live(() => ["customers.page", { search, filter: { name: "all" }, sort: "name", offset: 0, limit: 50 }]);
 *     {#each page.current?.rows ?? [] as row (row.id)} … {/each}
 */
export function live<N extends QueryName>(
  ask: () => readonly [N, ParametersOf<N>] | null,
  { isPrimed = false, isExact = false, about = (): unknown => (isExact ? ask() : null) } = {},
): Live<ResultOf<N>> {
  const store = useStore();
  let version = $state(0);
  const again = () => {
    version += 1;
  };
  const first = isPrimed ? untrack(ask) : null;
  let primed = first === null ? undefined : store.primed(first[0], first[1], again);
  let current = $state.raw<ResultOf<N> | undefined>(primed?.result);
  /** What `current` and `error` are about. */
  let subject: string | undefined;
  let loading = $state(primed === undefined);
  let error = $state.raw<StoreError | null>(null);

  // What could not be answered while the store could not be opened is asked anew once it is.
  const isOpen = $derived(store.status.phase.name === "ready" || store.status.phase.name === "first_sync");
  $effect(() => {
    if (isOpen && untrack(() => error !== null)) untrack(again);
  });

  $effect(() => {
    const asked = ask();
    const before = subject;
    subject = JSON.stringify(about());
    if (before !== undefined && before !== subject) {
      current = undefined;
      error = null;
    }
    const given = primed;
    primed = undefined;
    if (given !== undefined && version === 0) return given.stop; // else it has changed before it was shown
    given?.stop();
    void version;
    if (asked === null) {
      loading = false;
      return;
    }
    let stale = false;
    let stop: (() => void) | undefined;
    loading = true;
    store
      .watch(asked[0], asked[1], () => {
        if (!stale) again();
      })
      .then(
        (watched) => {
          stop = watched.stop;
          if (stale) return watched.stop();
          current = watched.result;
          error = null;
          loading = false;
        },
        (reason: unknown) => {
          if (stale) return;
          error = StoreError.from(reason);
          loading = false;
        },
      );
    return () => {
      stale = true;
      stop?.();
    };
  });

  return {
    get current() {
      return current;
    },
    get loading() {
      return loading;
    },
    get error() {
      return error;
    },
  };
}

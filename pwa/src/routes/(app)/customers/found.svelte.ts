import { untrack } from "svelte";
import type { CustomersQuestion } from "#lib/shell/trail.svelte";
import { useStore } from "#lib/store/context";
import { PagedList } from "#lib/store/paged.svelte";
import type { CustomerRow, CustomersPage } from "#lib/store/queries/customers";
import { scrollPlaces } from "#lib/ui/scrolling";

/** A first sync changes customers many times a second; four times are enough for the eye. */
const REST_MS = 250;

/**
 * The customers that a question finds, following the data. Call it while a component is made; `ask` tells null while there is nothing
 * to ask, `place` the name under which the place in that list is kept.
 */
export function useFound(
  ask: () => CustomersQuestion | null,
  place: () => string | undefined,
): PagedList<CustomerRow, CustomersPage> {
  const store = useStore();
  const found = new PagedList<CustomerRow, CustomersPage>();

  $effect(() => {
    const question = ask();
    if (question === null) return;
    untrack(() => {
      const name = place();
      // Where the list is come back to, it is as long as it was before it goes to its place.
      const isReturn = name !== undefined && (scrollPlaces.recall(name) ?? 0) > 0;
      found.ask((offset, limit, counted) =>
        store.query("customers.page", { ...question, offset, limit, counted: counted || isReturn }),
      );
    });
  });

  $effect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.onChange((kinds) => {
      if (!kinds.has("customer") && !kinds.has("visit") && !kinds.has("contact")) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        found.refresh();
      }, REST_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  });

  // A question asked before the store was open is asked again when it is.
  $effect(() => {
    if (store.status.phase.name !== "opening" && untrack(() => found.error !== null)) found.refresh();
  });

  return found;
}

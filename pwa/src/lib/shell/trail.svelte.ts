/** The list from which the customer in sight was opened; kept in the tab, so that a reload loses nothing. */
import { keepInTab, keptInTab } from "#lib/browser/remembered";
import type { Step, Trail } from "#lib/domain/trail";
import type { CustomersParameters } from "#lib/store/queries/customers";

export type CustomersQuestion = Omit<CustomersParameters, "offset" | "limit">;
type CustomersTrail = Trail<CustomersQuestion>;

const KEY = "routebook.trail";

function readKept(): CustomersTrail | null {
  try {
    const kept: CustomersTrail | null = JSON.parse(keptInTab(KEY) ?? "null");
    return typeof kept?.id === "string" && typeof kept.index === "number" && typeof kept.question === "object"
      ? kept
      : null;
  } catch {
    return null; // damaged: the way back is over the list
  }
}

class CurrentTrail {
  #current = $state.raw<CustomersTrail | null>(readKept());

  get current(): CustomersTrail | null {
    return this.#current;
  }

  /** A customer is opened from a list. */
  begin(trail: CustomersTrail): void {
    this.#current = trail;
    keepInTab(KEY, JSON.stringify(trail));
  }

  /** Goes on to the next or the previous one. */
  move({ id, index }: Step): void {
    if (this.#current !== null) this.begin({ ...this.#current, id, index });
  }
}

export const trail = new CurrentTrail();

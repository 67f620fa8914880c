/** The list from which the customer in sight was opened; kept in the tab, so that a reload loses nothing. */

import type { Attachment } from "svelte/attachments";
import { keepInTab, keptInTab } from "#lib/browser/remembered";
import { type Step, type Trail, trailThrough } from "#lib/domain/trail";
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

  /** A customer is opened who stands in no list with others: an older trail that led to him is not gone on with. */
  end(): void {
    this.#current = null;
    keepInTab(KEY, null);
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

const CUSTOMER = /^\/customers\/([0-9a-z]{26})$/;

/** What is listed below an element, as it stands when a customer is opened from it. */
export interface Listed {
  readonly ids: readonly (string | null | undefined)[];
  readonly name: string;
}

/** Attaches to an element below which links lead to customers: from each of them one can go on through the list. */
export function trailThroughLinks(listed: (customer: string) => Listed): Attachment<HTMLElement> {
  return (element) => {
    const begin = ({ target }: MouseEvent) => {
      const link = target instanceof Element ? target.closest("a") : null;
      const customer = CUSTOMER.exec(link?.getAttribute("href") ?? "")?.[1];
      if (customer === undefined) return;
      const { ids, name } = listed(customer);
      const found = trailThrough(ids, name, customer);
      if (found === null) trail.end();
      else trail.begin(found);
    };
    element.addEventListener("click", begin);
    return () => element.removeEventListener("click", begin);
  };
}

import type { CustomersFilter, CustomersParameters } from "#lib/store/queries/customers";
import type { CustomerPhase, CustomerValueClass } from "$sync/schema.gen";

/** The filters one thumb away; `rep` and the classes and phases are also where the Overview's numbers lead. */
export type FilterName = "mine" | "all" | "not_seen" | "near" | "rep" | CustomerValueClass | CustomerPhase;
export type Sort = CustomersParameters["sort"];

/** Days without a visit after which a customer belongs to "not seen". */
export const UNSEEN_DAYS = 30;

const VALUE_CLASSES: readonly string[] = ["vip", "main", "regular", "small"] satisfies CustomerValueClass[];

/** What the list shows; kept while the app is open, so that the list is as it was on return. */
class CustomersView {
  search = $state("");
  filter = $state<FilterName | null>(null);
  sort = $state<Sort>("name");
  /** The rep whose customers `rep` shows. */
  rep = $state<string | null>(null);

  /** What an address asks for: `?owner=…`, `?class=main`, `?phase=leaving`, `?filter=not_seen`. */
  follow(parameters: Pick<URLSearchParams, "get">): void {
    const owner = parameters.get("owner");
    const named = parameters.get("class") ?? parameters.get("phase") ?? parameters.get("filter");
    if (owner !== null) this.rep = owner;
    if (owner === null && named === null) return;
    this.filter = owner !== null ? "rep" : (named as FilterName);
    this.search = "";
  }

  clear(first: FilterName): void {
    this.search = "";
    this.filter = first;
  }

  /** The filter as the query takes it; null while the place that "near me" needs is not known. */
  query(first: FilterName, person: string, isPlaceKnown: boolean): CustomersFilter | null {
    const filter = this.filter ?? first;
    switch (filter) {
      case "all":
        return { name: "all" };
      case "mine":
        return { name: "mine", owner: person };
      case "rep":
        return { name: "mine", owner: this.rep ?? person };
      case "not_seen":
        return { name: "not_seen_days", days: UNSEEN_DAYS };
      case "near":
        return isPlaceKnown ? { name: "near" } : null;
      default:
        return VALUE_CLASSES.includes(filter)
          ? { name: "value_class", value_class: filter as CustomerValueClass }
          : { name: "phase", phase: filter as CustomerPhase };
    }
  }
}

export const view = new CustomersView();

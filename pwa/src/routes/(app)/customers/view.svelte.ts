import { keepInTab, keptInTab } from "#lib/browser/remembered";
import {
  filtersFrom,
  isSameFilters,
  type ListFilter,
  type ListQuestion,
  type ListSort,
  ME,
  searchFrom,
  sortFrom,
  withSearch,
} from "#lib/domain/saved-list";
import type { SavedListRow } from "#lib/store/queries/saved-list";

/** Days without a visit after which a customer belongs to "not seen". */
export const UNSEEN_DAYS = 30;

export const ALL: readonly ListFilter[] = [];
export const MINE: readonly ListFilter[] = [{ name: "owner", values: [ME] }];
export const NOT_SEEN: readonly ListFilter[] = [{ name: "not_seen", amount: UNSEEN_DAYS }];
export const one = (name: string, value: string): readonly ListFilter[] => [{ name, values: [value] }];

const KEY = "routebook.customers";

function readKept(): Partial<Record<"search" | "filters" | "sort" | "list" | "listSearch", unknown>> {
  try {
    return JSON.parse(keptInTab(KEY) ?? "{}");
  } catch {
    return {}; // damaged: the list begins anew
  }
}

/** What the list shows; it is as it was on return, and after a reload. */
class CustomersView {
  search = $state("");
  /** Null until somebody chooses: then it is what the person's role begins with. */
  filters = $state.raw<readonly ListFilter[] | null>(null);
  sort = $state<ListSort>("name");
  /** The saved list that was chosen; what is asked may have been changed since. */
  list = $state<string | null>(null);
  /** What that list searches for; with the list it goes out of the box again. */
  listSearch = "";

  constructor() {
    const { search, filters, sort, list, listSearch } = readKept();
    this.search = typeof search === "string" ? search : "";
    this.filters = Array.isArray(filters) ? filtersFrom(filters) : null;
    this.sort = sortFrom(sort);
    this.list = typeof list === "string" ? list : null;
    this.listSearch = typeof listSearch === "string" ? listSearch : "";
  }

  /** Keeps it for this tab; call it when something has changed. */
  keep(): void {
    const { search, filters, sort, list, listSearch } = this;
    keepInTab(KEY, JSON.stringify({ search, filters, sort, list, listSearch }));
  }

  /** What an address asks for: `?owner=…`, `?class=main`, `?phase=leaving`, the three together, or `?filter=not_seen`. */
  follow(parameters: Pick<URLSearchParams, "get">): void {
    const asked = [
      ["owner", "owner"],
      ["value_class", "class"],
      ["phase", "phase"],
    ].flatMap(([filter = "", name = ""]) => {
      const value = parameters.get(name);
      return value ? one(filter, value) : [];
    });
    if (asked.length > 0) this.choose(asked);
    else if (parameters.get("filter") === "not_seen") this.choose(NOT_SEEN);
    else return;
    this.search = "";
  }

  /** Shows what these filters leave; the order by distance belongs to "near me" alone. */
  choose(filters: readonly ListFilter[], sort: ListSort = this.sort === "distance" ? "name" : this.sort): void {
    if (this.listSearch !== "" && this.search.trim() === this.listSearch) this.search = "";
    this.listSearch = "";
    this.filters = filters;
    this.sort = sort;
    this.list = null;
  }

  chooseList(list: SavedListRow): void {
    const filters = filtersFrom(list.filters);
    this.choose(withSearch(filters, ""), sortFrom(list.sort));
    this.listed(list.id, searchFrom(filters));
    if (this.listSearch !== "") this.search = this.listSearch;
  }

  /** What is shown is this saved list now. */
  listed(list: string, search: string): void {
    this.list = list;
    this.listSearch = search;
  }

  clear(first: readonly ListFilter[]): void {
    this.search = "";
    this.choose(first);
  }
}

/** Tells whether a saved list says just this. */
export const isListed = (list: SavedListRow, { filters, sort }: ListQuestion): boolean =>
  isSameFilters(filtersFrom(list.filters), filters) && sortFrom(list.sort) === sort;

export const view = new CustomersView();

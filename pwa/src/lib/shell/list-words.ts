/** What the filters and orders of a list of customers are called. */
import { type ListFilter, type ListSort, ME } from "#lib/domain/saved-list";
import { fmt, m } from "#lib/i18n";
import { choiceLabel } from "#lib/i18n/choices";

/** The names behind the ids in a filter. */
export type Names = Pick<ReadonlyMap<string, string>, "get">;

const sayValue = (name: string, value: string, names: Names): string => {
  if (name === "owner") return value === ME ? m.customers_filter_me() : (names.get(value) ?? m.customers_filter_gone());
  if (name === "territory") return names.get(value) ?? m.customers_filter_gone();
  if (name === "value_class" || name === "phase" || name === "relation") return choiceLabel("customer", name, value);
  return value;
};

/** One filter in a few words: `Not seen 30 d`, `VIP, Main`. */
export function filterWords({ name, values, amount }: ListFilter, names: Names): string {
  if (name === "not_seen" && amount !== undefined) return m.customers_not_seen({ days: fmt.days(amount) });
  if (name === "near" && amount !== undefined) return m.customers_filter_within({ distance: fmt.distance(amount) });
  if (name === "search") return m.customers_filter_search({ text: values?.[0] ?? "" });
  return (values ?? []).map((value) => sayValue(name, value, names)).join(m.customers_filter_comma());
}

export const SORT_WORDS: Readonly<Record<ListSort, () => string>> = {
  name: m.customers_sort_name,
  last_visit: m.customers_sort_unseen,
  value: m.customers_sort_value,
  distance: m.customers_sort_distance,
};

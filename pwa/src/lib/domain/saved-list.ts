/**
 * Lists: filters and an order, kept under a name. What a newer version of the app has put into a list is carried along as it is; it
 * cannot be applied here, and the screen says so.
 */
import type { Change } from "#lib/store/change";
import type { CustomersConditions, CustomersFilter, CustomersParameters } from "#lib/store/queries/customers";
import type { Json } from "$sync/joins";
import {
  CUSTOMER_PHASE_CHOICES,
  CUSTOMER_RELATION_CHOICES,
  CUSTOMER_VALUE_CLASS_CHOICES,
  SHARED_ROOT,
} from "$sync/schema.gen";
import { unseenSince } from "./customer";

/** One thing that must hold; of its values one. */
export interface ListFilter {
  readonly name: string;
  readonly values?: readonly string[];
  /** Days or metres. */
  readonly amount?: number;
}

/** The order of a list of customers. */
export type ListSort = CustomersParameters["sort"];

/** What is listed, and in which order. */
export interface ListQuestion {
  readonly filters: readonly ListFilter[];
  readonly sort: ListSort;
}

/** Among the owners: whoever looks at the list. */
export const ME = "me";
export const SORTS: readonly ListSort[] = ["name", "last_visit", "value", "distance"];
/** What one chooses from. */
export const UNSEEN_CHOICES = [7, 14, 30, 60, 90, 180] as const;
export const NEAR_CHOICES = [1_000, 2_000, 5_000, 10_000, 25_000, 50_000] as const;

const isText = (value: unknown): value is string => typeof value === "string";
const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Who looks at a list, on which day, by which clock. */
export interface Looker {
  readonly person: string;
  readonly today: string;
  readonly timeZone: string;
}
const NOBODY: Looker = { person: "", today: "2000-01-01", timeZone: "UTC" };

/** How each filter becomes a condition; null where it says something that this version does not know. */
const CONDITIONS: Readonly<Record<string, (filter: ListFilter, looker: Looker) => CustomersConditions | null>> = {
  owner: ({ values }, { person }) =>
    some(values, (owners) => ({ owners: owners.map((one) => (one === ME ? person : one)) })),
  not_seen: ({ amount }, { today, timeZone }) =>
    isAmount(amount) ? { unseenSince: unseenSince(amount, today, timeZone) } : null,
  near: ({ amount }) => (isAmount(amount) ? { within: amount } : null),
  value_class: ({ values }) => chosen(values, CUSTOMER_VALUE_CLASS_CHOICES, (valueClasses) => ({ valueClasses })),
  phase: ({ values }) => chosen(values, CUSTOMER_PHASE_CHOICES, (phases) => ({ phases })),
  relation: ({ values }) => chosen(values, CUSTOMER_RELATION_CHOICES, (relations) => ({ relations })),
  territory: ({ values }) => some(values, (territories) => ({ territories })),
  city: ({ values }) => some(values, (cities) => ({ cities })),
  tag: ({ values }) => some(values, (tags) => ({ tags })),
  // What is searched for is asked beside the conditions.
  search: ({ values }) => some(values, () => ({})),
};

function conditionsOf(filter: ListFilter, looker: Looker): CustomersConditions | null {
  return Object.hasOwn(CONDITIONS, filter.name) ? (CONDITIONS[filter.name]?.(filter, looker) ?? null) : null;
}

function some(
  values: readonly string[] | undefined,
  make: (values: readonly string[]) => CustomersConditions,
): CustomersConditions | null {
  return values === undefined || values.length === 0 ? null : make(values);
}

function chosen<T extends string>(
  values: readonly string[] | undefined,
  choices: readonly T[],
  make: (values: readonly T[]) => CustomersConditions,
): CustomersConditions | null {
  const known = (values ?? []).filter((value): value is T => (choices as readonly string[]).includes(value));
  return known.length === 0 || known.length < (values ?? []).length ? null : make(known);
}

/** Reads the filters of a record; what is no filter at all is left out. */
export function filtersFrom(value: unknown): readonly ListFilter[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is ListFilter => {
    if (typeof one !== "object" || one === null || !isText(one.name)) return false;
    return one.values === undefined || (Array.isArray(one.values) && one.values.every(isText));
  });
}

export const sortFrom = (value: unknown): ListSort => SORTS.find((sort) => sort === value) ?? "name";

/** Tells whether this version can apply the filter. */
export const isKnown = (filter: ListFilter): boolean => conditionsOf(filter, NOBODY) !== null;

/** The question as the store takes it; what is not known is left out. */
export function filterOf(filters: readonly ListFilter[], looker: Looker): CustomersFilter {
  const conditions = filters.map((filter) => conditionsOf(filter, looker) ?? {});
  return { name: "every", ...Object.assign({}, ...conditions) };
}

/** Tells whether it cannot be answered before the device knows where it is. */
export const needsPlace = ({ filters, sort }: ListQuestion): boolean =>
  sort === "distance" || filters.some(({ name }) => name === "near");

/** The filters with another one of this name, or without it. */
export function withFilter(
  filters: readonly ListFilter[],
  name: string,
  given: { readonly values: readonly string[] } | { readonly amount: number } | null,
): readonly ListFilter[] {
  const isEmpty = given === null || ("values" in given && given.values.length === 0);
  const at = filters.findIndex((one) => one.name === name);
  const others = filters.filter((one) => one.name !== name);
  return isEmpty ? others : others.toSpliced(at < 0 ? others.length : at, 0, { name, ...given });
}

/** The words that are searched for, as a list keeps them among its filters; empty without any. */
export const searchFrom = (filters: readonly ListFilter[]): string =>
  filters.find(({ name }) => name === "search")?.values?.[0] ?? "";

/** The filters with these words to search for, or without any. */
export const withSearch = (filters: readonly ListFilter[], search: string): readonly ListFilter[] =>
  withFilter(filters, "search", search.trim() === "" ? null : { values: [search.trim()] });

const textOf = (filters: readonly ListFilter[]): string =>
  JSON.stringify(
    filters
      .map(({ name, values, amount }) => [name, [...(values ?? [])].sort(), amount ?? null])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );

/** Tells whether two questions have the same filters, in whatever order they stand. */
export const isSameFilters = (one: readonly ListFilter[], other: readonly ListFilter[]): boolean =>
  textOf(one) === textOf(other);

/** Whose list it is to be: the person's own, or the team's, which only managers may write. */
export interface ListOwner {
  readonly person: string;
  readonly isShared: boolean;
}

const jsonOf = (filters: readonly ListFilter[]): readonly Json[] => filters as readonly (ListFilter & Json)[];

/** Keeps a question under a name. */
export function saveList(id: string, name: string, { filters, sort }: ListQuestion, by: ListOwner): Change[] {
  const root = by.isShared ? SHARED_ROOT : by.person;
  const v = { name: name.trim(), subject: "customer", person: by.person, filters: jsonOf(filters), sort } as const;
  return [{ kind: "saved_list", id, root, v }];
}

interface Key {
  readonly id: string;
  readonly root: string;
}

export const renameList = ({ id, root }: Key, name: string): Change[] => [
  { kind: "saved_list", id, root, v: { name: name.trim() } },
];

/** Puts what is listed now in place of what was. */
export const changeList = ({ id, root }: Key, { filters, sort }: ListQuestion): Change[] => [
  { kind: "saved_list", id, root, v: { filters: jsonOf(filters), sort } },
];

/** Takes the list away, or gives it back. */
export const removeList = ({ id, root }: Key, deleted: true | null = true): Change[] => [
  { kind: "saved_list", id, root, v: { deleted } },
];

/** Gives one's own list to the team: a record cannot change whose it is, so the team gets a new one in its place. */
export function shareList(
  list: Key & { readonly name: string } & ListQuestion,
  newId: string,
  person: string,
): Change[] {
  return [...saveList(newId, list.name, list, { person, isShared: true }), ...removeList(list)];
}

/** Lists of customers that are one tap away. */
import { isSameFilters, type ListFilter, type ListSort } from "#lib/domain/saved-list";
import { fmt, m } from "#lib/i18n";
import { choiceLabel } from "#lib/i18n/choices";
import { ALL, MINE, NOT_SEEN, one, UNSEEN_DAYS } from "./view.svelte";

export interface Preset {
  readonly value: string;
  readonly label: string;
  readonly filters: readonly ListFilter[];
  readonly sort?: ListSort;
}

/** In the order of their chips; a rep begins with his own, and has everybody at the end. */
export function presetsFor(isRep: boolean): readonly Preset[] {
  const everybody: Preset = { value: "all", label: m.customers_everybody(), filters: ALL };
  return [
    isRep ? { value: "mine", label: m.customers_mine(), filters: MINE } : everybody,
    { value: "not_seen", label: m.customers_not_seen({ days: fmt.days(UNSEEN_DAYS) }), filters: NOT_SEEN },
    { value: "near", label: m.customers_near(), filters: ALL, sort: "distance" },
    ...(["vip", "main"] as const).map((value) => ofChoice("value_class", value)),
    ...(["leaving", "starting", "loyal", "repeat", "prospective"] as const).map((value) => ofChoice("phase", value)),
    ...(["regular", "small"] as const).map((value) => ofChoice("value_class", value)),
    ...(isRep ? [everybody] : []),
  ];
}

function ofChoice(field: "value_class" | "phase", value: string): Preset {
  return { value, label: choiceLabel("customer", field, value), filters: one(field, value) };
}

/** The preset that asks for just this, undefined for none. */
export function presetOf(
  presets: readonly Preset[],
  filters: readonly ListFilter[],
  sort: ListSort,
): Preset | undefined {
  return presets.find(
    (preset) => isSameFilters(preset.filters, filters) && (preset.sort === "distance") === (sort === "distance"),
  );
}

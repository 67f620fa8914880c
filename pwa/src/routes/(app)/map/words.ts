import type { ColourBy, Shade } from "#lib/domain/map/shade";
import { m } from "#lib/i18n";
import { choiceLabel } from "#lib/i18n/choices";

const OVERDUE: Readonly<Record<string, () => string>> = {
  overdue: m.map_shade_overdue,
  due: m.map_shade_due,
  fresh: m.map_shade_fresh,
  never: m.map_shade_never,
};

/** What a mark says, in words. */
export function shadeLabel(by: ColourBy, { name }: Pick<Shade, "name">): string {
  if (name === "unknown") return m.map_shade_unknown();
  if (by === "overdue") return OVERDUE[name]?.() ?? "";
  return choiceLabel("customer", by === "value" ? "value_class" : "phase", name);
}

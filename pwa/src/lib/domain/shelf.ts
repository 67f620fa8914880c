/** What was seen on a customer's shelf: our products and those of competitors. Functions answer with the changes to save. */
import type { ChangeOf, ValuesOf } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import type { ShelfCheckStock } from "$sync/schema.gen";
import type { VisitKey } from "./visit";

/** Who looked, when, and the id of the check if it is a new one. */
export interface Look {
  readonly id: string;
  readonly person: string;
  readonly now: number;
}

/** What a check says beside whose product it is. */
export type Seen = Pick<
  ValuesOf<"shelf_check">,
  "price" | "currency" | "facings" | "stock" | "note" | "name" | "competitor"
>;

const change = (
  check: { readonly id: string; readonly root: string },
  v: ValuesOf<"shelf_check">,
): ChangeOf<"shelf_check"> => ({ kind: "shelf_check", id: check.id, root: check.root, v });

/** A new check of one of our products (`product`), or of a competitor's; of a visit, or on the way (`id` null). */
export function newCheck(
  visit: VisitKey | { readonly id: null; readonly root: string },
  look: Look,
  product: string | null,
  seen: Seen,
): ChangeOf<"shelf_check"> {
  const whose: ValuesOf<"shelf_check"> = product === null ? {} : { product };
  const when = { customer: visit.root, person: look.person, seen_at: look.now };
  const at = visit.id === null ? {} : { visit: visit.id };
  return change({ id: look.id, root: visit.root }, { ...when, ...at, ...whose, ...seen });
}

export const changeCheck = (check: Pick<Visible<"shelf_check">, "id" | "root">, seen: Seen): ChangeOf<"shelf_check"> =>
  change(check, seen);

export const removeCheck = (check: Visible<"shelf_check">): ChangeOf<"shelf_check"> => change(check, { deleted: true });

export const restoreCheck = (check: Visible<"shelf_check">): ChangeOf<"shelf_check"> =>
  change(check, { deleted: null });

/** One tap on how much there is: makes the check, changes it, or takes it away where it said only this. */
export function tapStock(
  visit: VisitKey,
  existing: Visible<"shelf_check"> | null,
  product: string,
  stock: ShelfCheckStock,
  look: Look,
): ChangeOf<"shelf_check"> {
  if (existing === null) return newCheck(visit, look, product, { stock });
  if (existing.stock !== stock) return changeCheck(existing, { stock });
  const saysMore = [existing.price, existing.facings, existing.note].some(
    (value) => value !== undefined && value !== null,
  );
  return saysMore ? changeCheck(existing, { stock: null }) : removeCheck(existing);
}

/** Competitors to offer, each once: those seen here, then nearby, then those that the organisation knows. */
export function competitorsToOffer(
  seen: readonly { readonly competitor: string }[],
  known: readonly string[],
  limit: number,
): readonly string[] {
  return [...new Set([...seen.map(({ competitor }) => competitor), ...known])].slice(0, limit);
}

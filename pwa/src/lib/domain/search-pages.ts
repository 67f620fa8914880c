/** The pages of "search everything": so many hits of each kind, and more of one where somebody asks for them. */
import type { Kind } from "$sync/schema.gen";

/** How many hits of a kind are shown; a kind that is not named begins with the first page. */
export type Shown = Readonly<Partial<Record<Kind, number>>>;

/** Hits of each kind at first. */
export const FIRST_PAGE = 8;
/** Hits of one kind that are added at a time. */
const NEXT_PAGE = 24;

/** Of each kind one is asked for that is not shown: it tells that there are more. */
export const askedFor = (shown: Shown) => ({
  limit: FIRST_PAGE + 1,
  limits: Object.fromEntries(Object.entries(shown).map(([kind, count]) => [kind, count + 1])) as Shown,
});

/** The hits kind by kind, in the order in which they came, each with whether there are more than are shown. */
export function pagesOf<H extends { readonly kind: Kind }>(
  hits: readonly H[],
  shown: Shown,
): readonly { readonly kind: Kind; readonly hits: readonly H[]; readonly hasMore: boolean }[] {
  return [...new Set(hits.map(({ kind }) => kind))].map((kind) => {
    const ofKind = hits.filter((hit) => hit.kind === kind);
    const count = shown[kind] ?? FIRST_PAGE;
    return { kind, hits: ofKind.slice(0, count), hasMore: ofKind.length > count };
  });
}

/** One page more of this kind. */
export const withMore = (shown: Shown, kind: Kind): Shown => ({
  ...shown,
  [kind]: (shown[kind] ?? FIRST_PAGE) + NEXT_PAGE,
});

/** Long lists of the team's records: all of them are searched, and shown page by page. */

/** How many more are shown at a time. */
export const PAGE = 200;

interface Named {
  readonly name: string;
}

/** The rows of the first `pages` pages of those whose name has `search` in it, and whether there are more. */
export function pageOf<R extends Named>(
  rows: readonly R[],
  search: string,
  pages: number,
): { readonly rows: readonly R[]; readonly isMore: boolean } {
  const words = search.trim().toLocaleLowerCase();
  const found = words === "" ? rows : rows.filter(({ name }) => name.toLocaleLowerCase().includes(words));
  const most = pages * PAGE;
  return { rows: found.slice(0, most), isMore: found.length > most };
}

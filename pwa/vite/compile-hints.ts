/**
 * Has V8 compile the functions of what is seen first on another thread while the script arrives, instead of one by one when the page calls
 * them: a module of a page gets no code there that was compiled at the start before (docs/decisions/0190).
 */

/** V8 reads it at the top of a file only. */
const HINT = "//# allFunctionsCalledOnLoad\n";

/** What screens share. */
const SHARED: ReadonlySet<string> = new Set(["shell", "screens"]);

/** What the app may open with, by its place among the routes: the frames and the screens. */
export const OPENING: readonly string[] = [
  "+layout",
  "signin/+page",
  "(app)/+layout",
  "(app)/today/+page",
  "(app)/overview/+page",
  "(app)/customers/+layout",
  "(app)/customers/+page",
  "(app)/tasks/+page",
];

/** What the bundler tells of a file that it writes. */
interface Chunk {
  readonly name: string;
  readonly moduleIds: readonly string[];
}

/** Returns what a file of the app begins with. */
export function compileHint({ name, moduleIds }: Chunk): string {
  const isOpening = OPENING.some((path) => moduleIds.some((id) => id.endsWith(`/src/routes/${path}.svelte`)));
  return SHARED.has(name) || isOpening ? HINT : "";
}

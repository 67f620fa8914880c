/** What the bench page asks of its worker. */

export type Task =
  /** Fills the person's store from pages of rows, as a first load would. */
  | { readonly name: "fill"; readonly customers: number; readonly seed: number; readonly budget: number }
  /** Types searches and turns pages; the store must be filled. */
  | { readonly name: "search"; readonly queries: number; readonly seed: number }
  /** Saves changes one after another, each on the disk before the next. */
  | { readonly name: "write"; readonly writes: number; readonly seed: number };

/** The answer to any task: numbers by name, times in milliseconds. */
export type Figures = { readonly [name: string]: number | string };

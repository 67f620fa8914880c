/** A long list of which only the pages around the visible rows are held; the rest is asked for when it comes near. */
import { StoreError } from "./store-error.ts";

/** Rows in one page. */
export const PAGE_ROWS = 100;
/** Pages kept; the farthest from what was asked for last go first. */
const MOST_PAGES = 8;

/** One page as the query gives it. */
export interface PageOf<R> {
  readonly rows: readonly R[];
  /** Rows in the whole list. */
  readonly total: number;
}

/** Asks for `limit` rows from `offset` on. */
export type LoadPage<R, P extends PageOf<R>> = (offset: number, limit: number) => Promise<P>;

/** The rows of one question; the answer to the question before stays until the new one has come. */
export class PagedList<R, P extends PageOf<R> = PageOf<R>> {
  #pages = $state.raw<ReadonlyMap<number, P>>(new Map());
  #first = $state.raw<P | null>(null);
  #error = $state.raw<StoreError | null>(null);
  #load: LoadPage<R, P> | null = null;
  #generation = 0;
  readonly #underway = new Set<number>();
  #wanted = 0;

  /** The page that came last, null before the first: its total, and whatever else the query tells. */
  get latest(): P | null {
    return this.#first;
  }

  get total(): number {
    return this.#first?.total ?? 0;
  }

  /** Why the last answer failed, null after a good one. */
  get error(): StoreError | null {
    return this.#error;
  }

  /** The row at `index`, undefined while its page is not there. */
  row(index: number): R | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS];
  }

  /** Another question: its first page replaces everything. */
  ask(load: LoadPage<R, P>): void {
    this.#load = load;
    this.#wanted = 0;
    this.#renew([0]);
  }

  /** The same question again because the data has changed: the pages near by are asked for anew, the others forgotten. */
  refresh(): void {
    const near = [this.#wanted - 1, this.#wanted, this.#wanted + 1];
    this.#renew(near.filter((page) => page === this.#wanted || this.#pages.has(page)));
  }

  /** Says that the row at `index` is near the visible ones. */
  want(index: number): void {
    const page = Math.floor(index / PAGE_ROWS);
    this.#wanted = page;
    if (!this.#pages.has(page)) void this.#fetch(page, this.#generation);
  }

  #renew(pages: readonly number[]): void {
    this.#generation += 1;
    this.#underway.clear();
    for (const page of pages) void this.#fetch(page, this.#generation);
  }

  async #fetch(page: number, generation: number): Promise<void> {
    if (this.#load === null || this.#underway.has(page)) return;
    this.#underway.add(page);
    try {
      const answer = await this.#load(page * PAGE_ROWS, PAGE_ROWS);
      if (generation === this.#generation) this.#keep(page, answer);
    } catch (reason) {
      if (generation === this.#generation) this.#error = StoreError.from(reason);
    } finally {
      if (generation === this.#generation) this.#underway.delete(page);
    }
  }

  /** Puts a page among those of its own generation; the first of a new one drops the old ones. */
  #keep(page: number, answer: P): void {
    const isNew = this.#heldGeneration !== this.#generation;
    const pages = isNew ? new Map<number, P>() : new Map(this.#pages);
    pages.set(page, answer);
    for (const held of [...pages.keys()].sort((a, b) => this.#distance(b) - this.#distance(a))) {
      if (pages.size <= MOST_PAGES) break;
      pages.delete(held);
    }
    this.#heldGeneration = this.#generation;
    this.#pages = pages;
    this.#first = answer;
    this.#error = null;
  }

  #heldGeneration = 0;

  #distance(page: number): number {
    return Math.abs(page - this.#wanted);
  }
}

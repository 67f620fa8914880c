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
  /** False where the list has at least `total`. */
  readonly isCounted?: boolean;
}

/** Asks for `limit` rows from `offset` on; where they need not be `counted`, the page may come before its total is known. */
export type LoadPage<R, P extends PageOf<R>> = (offset: number, limit: number, counted: boolean) => Promise<P>;

/** The rows of one question; the answer to the question before stays until the new one has come. */
export class PagedList<R, P extends PageOf<R> = PageOf<R>> {
  #pages = $state.raw<ReadonlyMap<number, P>>(new Map());
  #first = $state.raw<P | null>(null);
  #total = $state(0);
  #isCounted = $state(false);
  #isAnswered = $state(false);
  #error = $state.raw<StoreError | null>(null);
  #load: LoadPage<R, P> | null = null;
  #generation = 0;
  /** The generation of what is held, the one that the question began with, and the one that was counted last. */
  #heldGeneration = 0;
  #asked = 0;
  #counted = 0;
  readonly #underway = new Set<number>();
  #wanted = 0;

  /** The page that came last, null before the first: whatever else the query tells. */
  get latest(): P | null {
    return this.#first;
  }

  /** As far as it is known by now. */
  get total(): number {
    return this.#total;
  }

  /** Whether `total` is all of it. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** Whether what is held is of the question asked last. */
  get isAnswered(): boolean {
    return this.#isAnswered;
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
    this.#isAnswered = false;
    this.#renew([0]);
    this.#asked = this.#generation;
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
      const answer = await this.#load(page * PAGE_ROWS, PAGE_ROWS, false);
      if (generation !== this.#generation) return;
      this.#keep(page, answer);
      if (answer.isCounted === false) await this.#count(generation);
    } catch (reason) {
      if (generation === this.#generation) this.#error = StoreError.from(reason);
    } finally {
      if (generation === this.#generation) this.#underway.delete(page);
    }
  }

  /** The rows are in sight; how many there are follows. */
  async #count(generation: number): Promise<void> {
    if (this.#load === null || this.#counted === generation) return;
    this.#counted = generation;
    const { total } = await this.#load(0, 1, true);
    if (generation === this.#generation) [this.#total, this.#isCounted] = [total, true];
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
    if (answer.isCounted !== false) [this.#total, this.#isCounted] = [answer.total, true];
    else if (this.#heldGeneration < this.#asked) [this.#total, this.#isCounted] = [answer.total, false];
    else this.#total = Math.max(this.#total, answer.total); // the same list as before: about as long
    this.#heldGeneration = this.#generation;
    this.#pages = pages;
    this.#first = answer;
    this.#isAnswered = true;
    this.#error = null;
  }

  #distance(page: number): number {
    return Math.abs(page - this.#wanted);
  }
}

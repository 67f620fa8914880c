/** Every query by its name. The page imports only the types of this file. */
import type { Query } from "../query.ts";
import { StoreError } from "../store-error.ts";
import { FIRST } from "./first.ts";
import type { LATER } from "./later.ts";

type All = typeof FIRST & typeof LATER;

export type QueryName = keyof All;
export type ParametersOf<N extends QueryName> = All[N] extends Query<infer P, infer _R> ? P : never;
export type ResultOf<N extends QueryName> = All[N] extends Query<infer _P, infer R> ? R : never;

type Table = { readonly [N in QueryName]: Query<ParametersOf<N>, ResultOf<N>> };

/** The queries that are fetched later. */
export type Later = Pick<Table, keyof typeof LATER>;

/** The queries that can be answered by now, and the way to the others. */
export class Queries {
  #atHand: Partial<Table> = FIRST;
  #fetching: Promise<void> | null = null;

  constructor(private readonly load: () => Promise<Later>) {}

  /** Returns them all at hand, where nothing has to be fetched. */
  static all(later: Later): Queries {
    const queries = new Queries(async () => later);
    queries.#take(later);
    return queries;
  }

  has(name: QueryName): boolean {
    return this.#atHand[name] !== undefined;
  }

  /** Returns a query that is at hand; StoreError "not_fetched" for any other. */
  get<N extends QueryName>(name: N): Query<ParametersOf<N>, ResultOf<N>> {
    const query: Partial<Table>[N] = this.#atHand[name];
    if (query === undefined) throw new StoreError("not_fetched", name);
    return query;
  }

  /** Resolves when the others are at hand too. Rejects with StoreError "not_fetched" where they cannot be had; the next call tries again. */
  fetch(): Promise<void> {
    this.#fetching ??= this.#fetch();
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    try {
      this.#take(await this.load());
    } catch (reason) {
      this.#fetching = null;
      throw new StoreError("not_fetched", reason instanceof Error ? reason.message : String(reason));
    }
  }

  #take(later: Later): void {
    this.#atHand = { ...FIRST, ...later };
  }
}

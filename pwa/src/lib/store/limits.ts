/** Limits that both the worker and the screens know of. */

/** How many bytes of older activity a device keeps unless told otherwise, and what it may be told. */
export const OLDER_BUDGET = 20_000_000;
export const OLDER_BUDGETS = [5_000_000, OLDER_BUDGET, 100_000_000] as const;

/** Where counting the hits of a search stops: a total of so many means "that many or more". */
export const MAX_COUNTED = 200;

/** Members of the organisation that are asked for where any of them may be named: more than any team has. */
export const EVERYBODY = 10_000;

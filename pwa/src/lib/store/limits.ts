/** Limits of the store; some the screens know of as well. */

/** How many bytes of older activity a device keeps unless told otherwise, and what it may be told. */
export const OLDER_BUDGET = 20_000_000;
export const OLDER_BUDGETS = [5_000_000, OLDER_BUDGET, 100_000_000] as const;

/** Where counting the hits of a search stops: a total of so many means "that many or more". */
export const MAX_COUNTED = 200;

/** Members of the organisation that are asked for where any of them may be named: more than any team has. */
export const EVERYBODY = 10_000;

/** Bytes of edits in one request; the server takes 4 MiB, the rest is left to the envelope and to slow networks. */
export const MAX_PUSH_BYTES = 1024 * 1024;
/** How often the checksum of every bucket is compared, beside at the start and after every page (SPEC R63). */
export const VERIFY_EVERY_MS = 6 * 3_600_000;

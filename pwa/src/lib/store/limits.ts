/** Limits that both the worker and the screens know of. */

/** Where counting the hits of a search stops: a total of so many means "that many or more". */
export const MAX_COUNTED = 200;

/** Ticks of several choices, each saved as it is made: the next one counts on top of those that have not come round yet. */

/** What was ticked before the first of them and after each, until the last one comes round; empty where nothing is on its way. */
export type Given = readonly (readonly string[])[];

/** What is ticked now: what was given last, or what is stored. */
export const shownOf = (stored: readonly string[], given: Given): readonly string[] => given.at(-1) ?? stored;

/** One choice more, or one less. */
export function tick(stored: readonly string[], given: Given, choice: string, on: boolean): Given {
  const rest = shownOf(stored, given).filter((one) => one !== choice);
  return [...(given.length === 0 ? [stored] : given), on ? [...rest, choice] : rest];
}

/** What is still on its way once `stored` has come round; somebody else's answer ends the waiting. */
export function heard(stored: readonly string[], given: Given): Given {
  const at = given.findIndex((one) => one.length === stored.length && one.every((choice) => stored.includes(choice)));
  return at < 0 || at === given.length - 1 ? [] : given.slice(at);
}

/** What is promised where reminders may not come to this device: whether it is said, and whether its person is asked to turn them on. */
import type { SubscribeProblem } from "#lib/pwa/push/subscribing";
import type { ReminderState } from "./reminders.svelte";

/** How reminders stand on this device. */
export interface Standing {
  readonly state: ReminderState;
  readonly problem: Pick<SubscribeProblem, "code"> | null;
}

/** Whoever puts the notice away does not see it for so long. */
export const NOTICE_RESTS_MS = 30 * 86_400_000;

/** A start without the network has not asked the server; it knows this device from before. */
const UNASKED: ReadonlySet<string> = new Set(["offline", "no_answer"]);

/** Tells whether what is set rings elsewhere, or nowhere, but not here. */
export const isMissing = ({ state, problem }: Standing): boolean =>
  state !== "on" || (problem !== null && !UNASKED.has(problem.code));

/** Tells whether to ask for them: a reminder was set here, and its person has neither turned them off nor just put the notice away. */
export const isToAsk = (
  standing: Standing,
  { promised, restsUntil }: { readonly promised: boolean; readonly restsUntil: number },
  now: number,
): boolean => promised && standing.state !== "off" && restsUntil <= now && isMissing(standing);

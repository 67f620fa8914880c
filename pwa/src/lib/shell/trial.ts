/**
 * A test reminder on its way to this device, step by step: allowed here, asked for, taken by the push service, shown and confirmed.
 * What is read is the server's own log, so that it proves what a real reminder would do.
 */
import type { ApiProblem, ApiResult } from "#lib/api/client";
import type { Delivery } from "#lib/api/reminders";
import type { SubscribeProblem } from "#lib/pwa/push/subscribing";

/** The steps in their order. */
export const STEPS = ["allowed", "asked", "sent", "shown"] as const;
export type Step = (typeof STEPS)[number];

/** Why it went no further. */
export type Obstacle =
  | { readonly code: "subscription"; readonly problem: Extract<SubscribeProblem, { code: "push_service" }> }
  | { readonly code: "request"; readonly problem: ApiProblem }
  /** The server has not sent it in time, or the device has not confirmed it. */
  | { readonly code: "late" | "not_shown" }
  /** What the server says of its way to the push service. */
  | { readonly code: "gone" | "unreachable" | "refused"; readonly problem: string };

/** How far it has come: the step that is under way, null at the end, and what stands in its way. */
export interface Progress {
  readonly step: Step | null;
  readonly obstacle: Obstacle | null;
}

/** What it needs of the world. */
export interface TrialWorld {
  /** Subscribes anew; null where this device can be reached. */
  renew(): Promise<SubscribeProblem | null>;
  /** Asks the server for it; answers its id in the log. */
  ask(): Promise<ApiResult<string>>;
  /** Looks into the log; null where it does not have it. */
  look(id: string): Promise<ApiResult<Delivery | null>>;
  rest(milliseconds: number): Promise<void>;
  now(): number;
}

export const LOOKS_EVERY_MS = 1_000;
/** How long each of the last two steps may take. */
export const STEP_WITHIN_MS = 30_000;

const GONE: ReadonlySet<string> = new Set(["gone", "unsubscribed", "signed_out"]);
const UNREACHABLE = /^(unreachable|no_answer|stood_still|status_5\d\d|status_429)$/;

/** Sends one and follows it, telling each step; ends when it was shown or cannot get on. */
export async function followTrial(world: TrialWorld, tell: (progress: Progress) => void): Promise<void> {
  const stop = (step: Step, obstacle: Obstacle) => tell({ step, obstacle });
  tell({ step: "allowed", obstacle: null });
  const problem = await world.renew();
  if (problem?.code === "push_service") return stop("allowed", { code: "subscription", problem });
  // The device may well show reminders: the server could not be asked, or would not hear of it.
  if (problem !== null) return stop("asked", { code: "request", problem });
  tell({ step: "asked", obstacle: null });
  const asked = await world.ask();
  if (!asked.ok) return stop("asked", { code: "request", problem: asked.problem });
  for (const step of ["sent", "shown"] as const) {
    tell({ step, obstacle: null });
    const obstacle = await waitFor(world, asked.value, step);
    if (obstacle !== null) return stop(step, obstacle);
  }
  tell({ step: null, obstacle: null });
}

async function waitFor(world: TrialWorld, id: string, step: "sent" | "shown"): Promise<Obstacle | null> {
  const until = world.now() + STEP_WITHIN_MS;
  for (;;) {
    const found = await world.look(id);
    const delivery = found.ok ? found.value : null;
    if (delivery !== null) {
      if (isPast(delivery, step)) return null;
      const obstacle = obstacleOf(delivery);
      if (obstacle !== null) return obstacle;
    }
    if (world.now() >= until) {
      if (!found.ok) return { code: "request", problem: found.problem };
      return { code: step === "sent" ? "late" : "not_shown" };
    }
    await world.rest(LOOKS_EVERY_MS);
  }
}

const isPast = ({ state }: Delivery, step: "sent" | "shown"): boolean =>
  state === "shown" || state === "acted" || (step === "sent" && state === "sent");

/** What the server says stands in its way; null while it has nothing to say. */
function obstacleOf({ state, problem }: Delivery): Obstacle | null {
  if (state === "sent" || (problem === "" && state !== "failed" && state !== "expired")) return null;
  if (GONE.has(problem)) return { code: "gone", problem };
  return { code: UNREACHABLE.test(problem) ? "unreachable" : "refused", problem: problem === "" ? state : problem };
}

import { describe, expect, test } from "vitest";
import type { ApiResult } from "#lib/api/client";
import type { Delivery } from "#lib/api/reminders";
import { followTrial, type Progress, STEP_WITHIN_MS, STEPS, type TrialWorld } from "./trial";

const delivery = (state: Delivery["state"], problem = ""): Delivery => ({
  ...{ channel: "push", deviceName: "Phone", state, sentAt: null, shownAt: null, problem, isTogether: false },
});
const offline = { ok: false, problem: { code: "offline", field: "", retryAfter: 0 } } as const;

/** Follows one through what the log says look by look; the last one stays. Answers what was told. */
async function follow(log: readonly (Delivery | null | typeof offline)[], changes: Partial<TrialWorld> = {}) {
  let at = 0;
  let now = 0;
  const told: Progress[] = [];
  const world: TrialWorld = {
    renew: () => Promise.resolve(null),
    ask: () => Promise.resolve({ ok: true, value: "r" }),
    look: (): Promise<ApiResult<Delivery | null>> => {
      const said = log[Math.min(at, log.length - 1)] ?? null;
      at += 1;
      return Promise.resolve(said !== null && "ok" in said ? said : { ok: true, value: said });
    },
    rest: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
    now: () => now,
    ...changes,
  };
  await followTrial(world, (progress) => told.push(progress));
  return { told, last: told.at(-1), now };
}

describe("a test reminder", () => {
  test("is told step by step until the device has confirmed it", async () => {
    const { told } = await follow([delivery("planned"), delivery("sending"), delivery("sent"), delivery("shown")]);
    expect(told.map(({ step }) => step)).toEqual([...STEPS, null]);
    expect(told.every(({ obstacle }) => obstacle === null)).toBe(true);
  });
  test("that is shown before anybody looks has taken both steps", async () => {
    expect((await follow([delivery("acted")])).last).toEqual({ step: null, obstacle: null });
  });
  test("stops where this device cannot be reached", async () => {
    const renew = () => Promise.resolve({ code: "push_service" } as const);
    const { last } = await follow([], { renew });
    expect(last).toEqual({ step: "allowed", obstacle: { code: "subscription", problem: { code: "push_service" } } });
  });
  test.each(["offline", "no_answer", "unavailable"] as const)(
    "whose server cannot be asked (%s) was not taken, while the device may show it",
    async (code) => {
      const problem = { ...offline.problem, code };
      const { last, told } = await follow([], { renew: () => Promise.resolve(problem) });
      expect(last).toEqual({ step: "asked", obstacle: { code: "request", problem } });
      expect(told.map(({ step }) => step)).toEqual(["allowed", "asked"]);
    },
  );
  test("stops where the server does not take it", async () => {
    const { last } = await follow([], { ask: () => Promise.resolve(offline) });
    expect(last).toEqual({ step: "asked", obstacle: { code: "request", problem: offline.problem } });
  });
  test.each([
    ["gone", "gone"],
    ["unsubscribed", "gone"],
    ["status_403", "refused"],
    ["bad_keys", "refused"],
  ] as const)("that fails with %s stops at the push service as %s", async (problem, code) => {
    const { last, now } = await follow([delivery("planned"), delivery("failed", problem)]);
    expect(last).toEqual({ step: "sent", obstacle: { code, problem } });
    expect(now).toBeLessThan(STEP_WITHIN_MS);
  });
  test.each(["unreachable", "status_503", "no_answer"])(
    "that is tried again after %s says so at once",
    async (problem) => {
      const { last } = await follow([delivery("planned", problem)]);
      expect(last).toEqual({ step: "sent", obstacle: { code: "unreachable", problem } });
    },
  );
  test("that no job of the server takes up is late", async () => {
    const { last, now } = await follow([delivery("planned")]);
    expect(last).toEqual({ step: "sent", obstacle: { code: "late" } });
    expect(now).toBe(STEP_WITHIN_MS);
  });
  test("that was sent and is not confirmed has not been shown", async () => {
    const { last } = await follow([delivery("sent")]);
    expect(last).toEqual({ step: "shown", obstacle: { code: "not_shown" } });
  });
  test("goes on over a moment without network", async () => {
    expect((await follow([delivery("sent"), offline, offline, delivery("shown")])).last?.step).toBeNull();
    const { last } = await follow([offline]);
    expect(last?.obstacle).toEqual({ code: "request", problem: offline.problem });
  });
});

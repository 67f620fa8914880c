import { expect, test } from "vitest";
import { isMissing, isToAsk, NOTICE_RESTS_MS } from "./promises";

const on = { state: "on", problem: null } as const;
const ask = { state: "ask", problem: null } as const;

test("reminders are missing where they may not come, or the push service is not to be had", () => {
  expect(isMissing(on)).toBe(false);
  for (const state of ["unsupported", "install", "ask", "denied", "off"] as const)
    expect(isMissing({ state, problem: null })).toBe(true);
  expect(isMissing({ state: "on", problem: { code: "push_service" } })).toBe(true);
});

test("a start without the network does not say that they are missing", () => {
  for (const code of ["offline", "no_answer"] as const)
    expect(isMissing({ state: "on", problem: { code } })).toBe(false);
});

test("nobody is asked before a reminder is set, nor where they come, nor where he turned them off", () => {
  const set = { promised: true, restsUntil: 0 };
  expect(isToAsk(ask, { ...set, promised: false }, 1)).toBe(false);
  expect(isToAsk(on, set, 1)).toBe(false);
  expect(isToAsk({ state: "off", problem: null }, set, 1)).toBe(false);
  expect(isToAsk(ask, set, 1)).toBe(true);
  expect(isToAsk({ state: "install", problem: null }, set, 1)).toBe(true);
});

test("who put the notice away is not asked again for a month", () => {
  const put = { promised: true, restsUntil: 1 + NOTICE_RESTS_MS };
  expect(isToAsk(ask, put, NOTICE_RESTS_MS)).toBe(false);
  expect(isToAsk(ask, put, 1 + NOTICE_RESTS_MS)).toBe(true);
});

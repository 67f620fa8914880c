import { expect, test } from "vitest";
import { NO_FILES } from "#lib/store/files/status";
import type { Connection, Phase } from "#lib/store/status";
import { type Going, outlookOf } from "../../routes/(app)/sync/outlook";
import { syncState } from "./sync-state";

const READY: Phase = { name: "ready" };
const kind = (connection: Connection, waiting: number, syncing = false) =>
  syncState({ phase: READY, connection, waiting, syncing, files: NO_FILES, problem: null, arriving: null }).kind;

test("nothing waiting and good contact is up to date, also while a round trip runs", () => {
  expect([kind("up_to_date", 0), kind("up_to_date", 0, true)]).toEqual(["up-to-date", "up-to-date"]);
});

test("edits on their way are being sent, edits at rest wait", () => {
  expect([kind("waiting", 2, true), kind("waiting", 2), kind("up_to_date", 1)]).toEqual([
    "sending",
    "waiting",
    "waiting",
  ]);
});

test("no network and an app too old both mean that nothing gets through", () => {
  expect([kind("offline", 3, true), kind("update_needed", 0)]).toEqual(["offline", "offline"]);
});

test("an ended session is said before everything else", () => {
  expect(
    syncState({
      phase: READY,
      connection: "signin_needed",
      waiting: 4,
      syncing: false,
      files: NO_FILES,
      problem: null,
      arriving: null,
    }),
  ).toEqual({
    kind: "needs-sign-in",
    count: 4,
  });
});

test("nothing is called offline before a first try has failed, unless the store itself has", () => {
  const opening = {
    connection: "connecting",
    waiting: 0,
    syncing: false,
    files: NO_FILES,
    problem: null,
    arriving: null,
  } as const;
  expect(syncState({ ...opening, phase: { name: "opening" } }).kind).toBe("connecting");
  expect(syncState({ ...opening, phase: { name: "failed", code: "internal" } }).kind).toBe("offline");
});

test("a full device is said before everything else, whether the store or a text met it", () => {
  const full: Phase = { name: "failed", code: "storage_full" };
  const status = {
    connection: "connecting",
    waiting: 2,
    syncing: true,
    files: NO_FILES,
    problem: null,
    arriving: null,
  } as const;
  expect(syncState({ ...status, phase: full })).toEqual({ kind: "full", count: 2 });
  expect(syncState({ ...status, phase: READY }, 1)).toEqual({ kind: "full", count: 2 });
  expect(syncState({ ...status, connection: "up_to_date", phase: READY }, 0).kind).toBe("waiting");
});

test("the first load says how far it is, not that all is up to date; unsent work is said before it", () => {
  const phase: Phase = { name: "first_sync", rows: 3_869, bucketsComplete: 3, buckets: 8 };
  expect(
    syncState({
      phase,
      connection: "up_to_date",
      waiting: 0,
      syncing: true,
      files: NO_FILES,
      problem: null,
      arriving: null,
    }),
  ).toEqual({
    kind: "receiving",
    share: 3 / 8,
  });
  expect(
    syncState({
      phase,
      connection: "up_to_date",
      waiting: 2,
      syncing: false,
      files: NO_FILES,
      problem: null,
      arriving: null,
    }).kind,
  ).toBe("waiting");
});

test("a server that answers, but not with what was asked for, leaves nothing up to date; unsent work is said before it", () => {
  const status = { phase: READY, syncing: false, files: NO_FILES, arriving: null } as const;
  for (const problem of ["unavailable", "internal", "rate_limited"] as const) {
    expect(syncState({ ...status, connection: "up_to_date", waiting: 0, problem })).toEqual({ kind: "refused" });
    expect(syncState({ ...status, connection: "waiting", waiting: 2, problem })).toEqual({ kind: "waiting", count: 2 });
    const first: Phase = { name: "first_sync", rows: 0, bucketsComplete: 0, buckets: 0 };
    expect(syncState({ ...status, connection: "up_to_date", waiting: 0, problem, phase: first }).kind).toBe("refused");
  }
});

test("what was granted since the first load is received as that was", () => {
  const status = { phase: READY, syncing: true, files: NO_FILES, problem: null, connection: "up_to_date" } as const;
  const arriving = { complete: 3, granted: 4 };
  expect(syncState({ ...status, waiting: 0, arriving })).toEqual({ kind: "receiving", share: 3 / 4 });
  expect(syncState({ ...status, waiting: 1, arriving }).kind).toBe("waiting");
});

test("files wait like everything else, and are said to be on their way while they are", () => {
  const status = {
    phase: READY,
    connection: "up_to_date",
    waiting: 0,
    syncing: false,
    problem: null,
    arriving: null,
  } as const;
  expect(syncState({ ...status, files: { ...NO_FILES, waiting: 2 } })).toEqual({ kind: "waiting", count: 2 });
  const sending = syncState({ ...status, files: { ...NO_FILES, waiting: 2, sending: true } });
  expect(sending).toEqual({ kind: "sending", count: 2 });
  expect(syncState({ ...status, waiting: 1, files: { ...NO_FILES, waiting: 2 } })).toEqual({
    kind: "waiting",
    count: 3,
  });
});

test("files that the server does not take neither wait nor are all sent: the chip says what Sync says", () => {
  const refused = { name: "refused", code: "wrong_content" } as const;
  const files = { ...NO_FILES, waiting: 2, states: { a: refused, b: refused } };
  const status = {
    phase: READY,
    connection: "up_to_date",
    waiting: 0,
    syncing: false,
    files,
    problem: null,
    arriving: null,
  } as const;
  const agree = (given: Parameters<typeof syncState>[0], going: Going) => {
    const state = syncState(given);
    const outlook = outlookOf(given);
    expect(outlook.going).toBe(going);
    expect("count" in state ? state.count : 0).toBe(state.kind === "not-taken" ? outlook.notTaken : outlook.waiting);
    return state.kind;
  };
  expect(agree(status, "not_taken")).toBe("not-taken");
  expect(agree({ ...status, connection: "offline" }, "not_taken")).toBe("offline");
  expect(agree({ ...status, waiting: 3, connection: "waiting", syncing: true }, "sending")).toBe("sending");
  expect(agree({ ...status, files: { ...files, waiting: 5 } }, "waiting")).toBe("waiting");
  expect(agree({ ...status, connection: "connecting" }, "not_taken")).toBe("connecting");
});

import { expect, test } from "vitest";
import type { Connection } from "#lib/store/status";
import { syncState } from "./sync-state";

const kind = (connection: Connection, waiting: number, syncing = false) =>
  syncState({ connection, waiting, syncing }).kind;

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
  expect(syncState({ connection: "signin_needed", waiting: 4, syncing: false })).toEqual({
    kind: "needs-sign-in",
    count: 4,
  });
});

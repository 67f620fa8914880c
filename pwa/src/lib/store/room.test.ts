import { expect, test } from "vitest";
import { Room } from "./room.ts";
import { StoreError } from "./store-error.ts";

const QUOTA = new DOMException("No space available for this operation", "QuotaExceededError");
const BROKEN = new Error("SQLITE_IOERR: disk I/O error");

function failing(room: Room, said: readonly unknown[]) {
  return () =>
    room.watch(() => {
      room.hear(said);
      throw BROKEN;
    });
}

test("a broken disk is a full one where the pool said so to its log", () => {
  const room = new Room();
  expect(failing(room, ["pool:", QUOTA])).toThrow(new StoreError("storage_full", String(BROKEN)));
  expect(failing(room, ["pool:", new Error("Unknown write() failure.")])).toThrow(BROKEN);
});

test("what was heard before, and came to nothing, explains no failure later", () => {
  const room = new Room();
  room.watch(() => room.hear(["pool:", QUOTA])); // a checkpoint after a commit
  expect(failing(room, [])).toThrow(BROKEN);
});

test("the reason is the same after it has gone from one context to another as text", () => {
  expect(StoreError.from("QuotaExceededError: no").code).toBe("storage_full");
  expect(StoreError.from(QUOTA).code).toBe("storage_full");
  expect(StoreError.from(BROKEN).code).toBe("internal");
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StoreError } from "#lib/store/store-error";
import { openDraft, unsaved } from "./unsaved.svelte";

const store = { account: { person: "p" }, now: () => Date.now() } as Parameters<typeof openDraft>[0];
let isFull = true;
let written: string[] = [];
const write = async (text: string) => {
  if (isFull) throw new StoreError("storage_full");
  written.push(text);
  return true;
};
const open = (visit = "v", stored = "before") => openDraft(store, [visit, "note"], stored, write);
const type = (draft: ReturnType<typeof open>, text: string) => {
  draft.text = text;
  draft.changed();
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  isFull = true;
  written = [];
});

test("a text without room is there when somebody comes back, and is saved by itself once there is room", async () => {
  const draft = open();
  type(draft, "Ewa");
  await draft.flush();
  expect([draft.state, draft.waitsForRoom, unsaved.count]).toEqual(["failed", true, 1]);
  expect(open().text).toBe("Ewa");
  expect(open("another").text).toBe("before");
  await vi.advanceTimersByTimeAsync(60_000);
  isFull = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect([draft.state, written, unsaved.count]).toEqual(["saved", ["Ewa"], 0]);
  expect(open("v", "Ewa")).not.toBe(draft);
});

test("one goes on writing in it meanwhile, also where the screen was opened anew", async () => {
  type(open(), "Ewa");
  await open().flush();
  const again = open();
  again.adopt("before");
  type(again, "Ewa approves");
  await vi.advanceTimersByTimeAsync(500);
  expect([again.state, unsaved.count]).toEqual(["failed", 1]);
  isFull = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toEqual(["Ewa approves"]);
});

test("a text that is put back as it was waits no more", async () => {
  const draft = open();
  type(draft, "Ewa");
  await draft.flush();
  type(draft, "before");
  await draft.flush();
  expect([draft.state, draft.waitsForRoom, unsaved.count]).toEqual(["saved", false, 0]);
});

test("what is refused for another reason is neither kept nor tried again", async () => {
  let tries = 0;
  const refuse = async () => {
    tries += 1;
    return false;
  };
  const draft = openDraft(store, ["v", "refused"], "", refuse);
  type(draft, "x");
  await draft.flush();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([draft.state, tries, unsaved.count]).toEqual(["failed", 1, 0]);
  expect(openDraft(store, ["v", "refused"], "", refuse)).not.toBe(draft);
});

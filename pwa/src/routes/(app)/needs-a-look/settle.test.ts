import { expect, test, vi } from "vitest";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import { toasts } from "#lib/ui/toasts.svelte";
import { settle } from "./settle";

const changes: Change[] = [
  { kind: "customer", id: "c", root: "c", v: { latitude: 1 } },
  { kind: "visit", id: "v", root: "c", v: { distance: 0 } },
];

test("what came as one group goes again as one, what did not goes edit by edit", async () => {
  const write = vi.fn(async () => ({ saved: true, edits: [1, 2] }));
  const store = { write, dismiss: async () => null } as unknown as Store;
  await settle(store, 1, { text: "", changes, together: true });
  expect(write).toHaveBeenLastCalledWith(changes, { together: true });
  await settle(store, 1, { text: "", changes });
  expect(write).toHaveBeenLastCalledWith(changes, { together: false });
});

test("what was sent again has no way back, which would leave what was sent; what was only looked at, or is taken back, has one", async () => {
  const store = { write: async () => ({ saved: true, edits: [1] }), dismiss: async () => ({ n: 1 }) };
  const offered = async (given: { readonly changes?: Change[]; readonly undo?: Change[] }) => {
    const show = vi.spyOn(toasts, "show");
    await settle(store as unknown as Store, 1, { text: "", ...given });
    return show.mock.lastCall?.[0].undo !== undefined;
  };
  expect(await offered({ changes })).toBe(false);
  expect(await offered({})).toBe(true);
  expect(await offered({ changes, undo: changes })).toBe(true);
});

import { expect, test, vi } from "vitest";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
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

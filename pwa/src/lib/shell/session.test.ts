import { beforeEach, expect, test, vi } from "vitest";
import type { Account } from "#lib/store/account";

const kept: Account[] = [];
vi.mock("#lib/store/client", () => ({ openStore: () => ({ close: () => {} }) }));
vi.mock("#lib/store/account", () => ({
  keepAccount: async (account: Account) => void kept.push(account),
  forgetAccount: async () => {},
}));

const { session } = await import("./session.svelte");
const { shell } = await import("./shell.svelte");
const MAREK: Account = { person: "marek", device: 1, role: "rep", name: "Marek" };

beforeEach(async () => {
  await session.leave();
  kept.length = 0;
});

test("who is made a manager while he is signed in has the manager's frame, now and at the next start", async () => {
  await session.enter(MAREK);
  expect(shell.role).toBe("rep");
  session.noteRole("manager");
  expect([shell.role, session.account?.role, kept.at(-1)?.role]).toEqual(["manager", "manager", "manager"]);
  session.noteRole("rep");
  expect([shell.role, kept.at(-1)?.role]).toEqual(["rep", "rep"]);
});

test("a role that is the same is not kept again, and nobody's is kept after he has left", async () => {
  await session.enter(MAREK);
  session.noteRole("rep");
  expect(kept).toHaveLength(1);
  await session.leave();
  session.noteRole("manager");
  expect(kept).toHaveLength(1);
});

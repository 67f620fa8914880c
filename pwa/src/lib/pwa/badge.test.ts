import { expect, test } from "vitest";
import { showBadge } from "./badge";

test("the badge shows how much waits, and goes when nothing does", async () => {
  const shown: (number | "none")[] = [];
  const badging = {
    setAppBadge: async (count: number) => void shown.push(count),
    clearAppBadge: async () => void shown.push("none"),
  };
  for (const count of [3, 1, 0]) await showBadge(count, badging);
  expect(shown).toEqual([3, 1, "none"]);
});
test("a browser without badges, or one that refuses them, is no failure", async () => {
  await showBadge(3, {});
  await showBadge(3, { setAppBadge: () => Promise.reject(new DOMException("no", "NotAllowedError")) });
  await expect(showBadge(3, { setAppBadge: () => Promise.reject(new Error("a fault")) })).rejects.toThrow("a fault");
});

import { expect, test } from "vitest";
import type { ApiContext } from "./client";
import { readHistory } from "./history";

/** A server that answers with this history. */
const answering = (history: unknown): ApiContext => ({
  fetch: async () => Response.json(history),
  isOnline: () => true,
});
const ENTRY = { number: 3, stamp: "01k7n5cng0e0000003", at: 1, received_at: 2, device: 7, person: "p1" };
const NOTE = { field: "note", old: "Ring.", old_stamp: "01k7n5cng0e0000002", new: "Ring twice.", won: true };

async function read(...history: unknown[]) {
  const result = await readHistory(answering(history), "r1", null);
  if (!result.ok) throw new Error(result.problem.code);
  return result.value;
}

test("of an entry it is read whether its author had seen the others, and whether words were merged", async () => {
  const [entry] = await read({
    ...ENTRY,
    apart: true,
    changes: [{ ...NOTE, concurrent: true, merged: true, base: "Call." }],
  });
  expect(entry).toMatchObject({ apart: true, changes: [{ concurrent: true, merged: true, base: "Call." }] });
});

test("a server of before, which does not say so, says that there is nothing of it", async () => {
  const [entry] = await read({ ...ENTRY, changes: [NOTE] });
  expect(entry).toMatchObject({ apart: false, changes: [{ concurrent: false, merged: false, base: null }] });
});

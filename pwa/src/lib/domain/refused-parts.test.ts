/** What a person does about a group that was refused, or met removed records, whatever replies its verdicts came with (SPEC R56). */
import { beforeEach, expect, test } from "vitest";
import { BUCKET, customerRow, type Fixture, id, NOW, open, PERSON, receive } from "#lib/store/fixtures";
import type { AttentionItem } from "#lib/store/queries/attention";
import { broughtBack, isGroup } from "./attention";
import { sendOn } from "./refused";

const SHOP = id(200);
const NOTES = [id(301), id(302), id(303), id(304)];

let device: Fixture;
beforeEach(() => {
  device = open();
  receive(device, { rows: { [BUCKET]: [customerRow(200)] } });
});

const items = (): readonly AttentionItem[] => device.engine.query("attention.list", { limit: 9 });
const no = (n: number) => ({ n, verdict: "rejected", code: "internal" }) as const;

/** Writes notes of one customer as one group. */
function writeTogether(notes: readonly string[], key: string): void {
  const v = { customer: SHOP, person: PERSON, written_at: NOW };
  const changes = notes.map((one) => ({ kind: "note", id: one, root: SHOP, v }) as const);
  expect(device.engine.write(changes, key, true).saved).toBe(true);
}

/** Lets all of a group be refused, told in two replies between which the app is started again. */
function refuseInParts(): AttentionItem {
  writeTogether(NOTES, "together");
  receive(device, { pushed: 2, verdicts: [no(1), no(2)], more: true, seq: 2 });
  device = open(7, device.database, device.world);
  receive(device, { pushed: 4, verdicts: [no(3), no(4)], seq: 3 });
  expect(device.engine.attention).toBe(1);
  const [item, ...others] = items();
  expect(others).toEqual([]);
  if (item === undefined) throw new Error("nothing needs a look");
  return item;
}

test("sent again, all of a refused group goes, as one group", () => {
  const item = refuseInParts();
  expect(device.engine.write(sendOn(item, {}), "again", isGroup(item)).saved).toBe(true);
  device.engine.dismiss(item.n);

  expect(device.engine.attention).toBe(0);
  const sent = device.database
    .all<{ edit: string }>("SELECT edit FROM outbox ORDER BY n")
    .map(({ edit }): { id: string; group?: string } => JSON.parse(edit));
  expect(sent.map((edit) => edit.id)).toEqual(NOTES);
  expect(sent[0]?.group).toBeDefined();
  expect(new Set(sent.map((edit) => edit.group)).size).toBe(1);
});

test("discarded, all of a refused group is gone", () => {
  const { n } = refuseInParts();
  device.engine.dismiss(n);
  expect(device.engine.attention).toBe(0);
});

test("where what was told is settled by then, what comes later is a thing of its own", () => {
  writeTogether(NOTES, "together");
  receive(device, { pushed: 3, verdicts: [no(1), no(2), no(3)], more: true, seq: 2 });
  for (const { n } of items()) device.engine.dismiss(n);
  receive(device, { pushed: 4, verdicts: [no(4)], seq: 3 });
  expect(items()).toMatchObject([{ id: NOTES[3], more: [] }]);
});

test("a group that was told whole takes in nothing of the next one", () => {
  refuseInParts();
  writeTogether([id(305), id(306)], "next");
  receive(device, { pushed: 6, verdicts: [no(5), no(6)], seq: 4 });
  expect(items().map(({ more }) => more.length)).toEqual([1, 3]);
});

test("all that a group met removed is brought back by one tap", () => {
  const removed = [400, 401, 402];
  receive(device, { rows: { [BUCKET]: removed.map((number) => customerRow(number)) }, seq: 2 });
  const changes = removed.map(
    (number) => ({ kind: "customer", id: id(number), root: id(number), v: { city: "x" } }) as const,
  );
  expect(device.engine.write(changes, "together", true).saved).toBe(true);
  const met = (n: number) => ({ n, verdict: "merged", field: "deleted" }) as const;
  receive(device, { pushed: 2, verdicts: [met(1), met(2)], more: true });
  receive(device, {
    pushed: 3,
    verdicts: [met(3)],
    rows: { [BUCKET]: removed.map((number) => customerRow(number, { city: "x", deleted: true }, 20)) },
    seq: 2,
  });

  const [item, ...others] = items();
  expect(others).toEqual([]);
  expect(broughtBack(item?.removed ?? []).map((change) => change.id)).toEqual(removed.map(id));
});

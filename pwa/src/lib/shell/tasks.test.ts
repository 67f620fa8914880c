import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { minuteOf } from "#lib/domain/day";
import { nextIdOf, type Repeating } from "#lib/domain/repeating";
import { reader } from "#lib/i18n";
import { dictionary } from "#lib/i18n/words.svelte";
import type { Change } from "#lib/store/change";
import type { Store } from "#lib/store/client";
import { toasts } from "#lib/ui/toasts.svelte";
import { newId } from "$sync/identifier";
import { completeWithUndo, reopen } from "./tasks";

beforeAll(() => dictionary.open("en"));

const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);
const FIRST = newId(noon("2026-11-01"), new Uint8Array(10).fill(171));
const SECOND = nextIdOf(FIRST);
const THIRD = nextIdOf(SECOND);
type Row = Repeating & { readonly status: string; readonly deleted?: true | null };

let rows: Map<string, Row>;
let now: number;
let morning: number;
const store = {
  now: () => now,
  account: { person: "marek" },
  query: async (name: string, { id = "" }: { id?: string }) => {
    if (name === "setting.values") return [{ id: "s", root: "marek", name: "morning_hour", value: morning }];
    const task = rows.get(id);
    return task === undefined || task.deleted === true ? null : { task, customerName: null };
  },
  write: async (changes: readonly Change[]) => {
    for (const { id, root, v } of changes) {
      const bare = { id, root, customer: null, description: null, next_task: null };
      rows.set(id, { ...bare, ...rows.get(id), ...v } as Row);
    }
    return { saved: true };
  },
} as unknown as Store;

const complete = (id: string) => completeWithUndo(store, rows.get(id) as Row);
const open = () => [...rows.values()].filter(({ status, deleted }) => status === "open" && deleted !== true);
/** What is open, by its place in the series and its day. */
const standing = () => open().map(({ id, due_day }) => `${[FIRST, SECOND, THIRD].indexOf(id)} ${due_day}`);

beforeEach(() => {
  for (const { id } of toasts.shown) toasts.dismiss(id);
  const day = "2026-11-23";
  const task = { id: FIRST, root: "marek", title: "Report", type: "todo", person: "marek", customer: null } as const;
  const when = { due_day: day, remind_at: noon(day), repeat_from: noon(day) };
  rows = new Map([[FIRST, { ...task, ...when, description: null, repeat: "day", next_task: null, status: "open" }]]);
  now = noon(day);
  morning = 9;
});

test("a task of a series that is done is followed by the next, and undone stands alone again", async () => {
  await complete(FIRST);
  expect(standing()).toEqual(["1 2026-11-24"]);
  await reopen(store, rows.get(FIRST) as Row);
  expect(standing()).toEqual(["0 2026-11-23"]);
  await complete(FIRST);
  expect(standing()).toEqual(["1 2026-11-24"]);
});

test("an older one that is undone leaves the series as it is, and done again neither doubles nor revives it", async () => {
  await complete(FIRST);
  now = noon("2026-11-24");
  await complete(SECOND);
  await reopen(store, rows.get(FIRST) as Row);
  expect(rows.get(SECOND)).toMatchObject({ status: "done", next_task: THIRD });
  expect(standing()).toEqual(["0 2026-11-23", "2 2026-11-25"]);
  await complete(FIRST);
  expect(rows.get(SECOND)).toMatchObject({ status: "done" });
  expect(standing()).toEqual(["2 2026-11-25"]);
  expect(toasts.shown.at(-1)?.text, "none is promised where none is made").not.toContain("25");
});

test("what is done again and undone takes nothing away that it did not make", async () => {
  await complete(FIRST);
  now = noon("2026-11-24");
  await complete(SECOND);
  await reopen(store, rows.get(FIRST) as Row);
  await reopen(store, rows.get(SECOND) as Row);
  expect(standing()).toEqual(["0 2026-11-23", "1 2026-11-24"]);
  await complete(FIRST);
  toasts.shown.at(-1)?.undo?.();
  await vi.waitFor(() => expect(standing()).toEqual(["0 2026-11-23", "1 2026-11-24"]));
});

test("the undo of a task that was done takes the next one away", async () => {
  await complete(FIRST);
  toasts.shown.at(-1)?.undo?.();
  await vi.waitFor(() => expect(standing()).toEqual(["0 2026-11-23"]));
});

test("the day of the next one is told with its year where it is another one", async () => {
  rows.set(FIRST, { ...(rows.get(FIRST) as Row), repeat: "year" });
  await complete(FIRST);
  expect(toasts.shown.at(-1)?.text).toContain("23 Nov 2027");
});

test("a series without a time begins at the morning hour as it stands at the tap", async () => {
  morning = 5;
  rows.set(FIRST, { ...(rows.get(FIRST) as Row), remind_at: null, repeat_from: null });
  await complete(FIRST);
  expect(minuteOf(rows.get(SECOND)?.repeat_from ?? 0, reader.timeZone)).toBe(5 * 60);
});

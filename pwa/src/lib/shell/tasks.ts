/** Done and undone, wherever a task is shown; the next of a repeating one is made in the same breath. */
import { USUAL_MORNING_HOUR } from "#lib/domain/hours";
import { nextIdOf, nextTime, type Repeating, succeed } from "#lib/domain/repeating";
import { completeTask, reopenTask, type TaskKey } from "#lib/domain/task";
import { fmt, m, reader } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import { toasts } from "#lib/ui/toasts.svelte";
import { morningNow } from "./hours.svelte";
import { save } from "./save";

/** How a series is counted; of a task that comes once nothing is. */
const countingFor = async (store: Store, { repeat }: Repeating) => ({
  timeZone: reader.timeZone,
  calendar: reader.calendar,
  morning: repeat === null ? USUAL_MORNING_HOUR : await morningNow(store),
});

/** Marks a task as done, with the way back. */
export async function completeWithUndo(store: Store, task: Repeating): Promise<void> {
  const now = store.now();
  const counting = await countingFor(store, task);
  const made = succeed(task, now, counting);
  if (!(await save(store, [...completeTask(task, now), ...made]))) return;
  const next = made.length === 0 ? null : nextTime(task, now, counting);
  const { title } = task;
  toasts.show({
    text:
      next === null
        ? m.tasks_completed({ title })
        : m.tasks_completed_next({ title: fmt.isolated(title), day: fmt.yearlyDay(next.due_day, now) }),
    undo: () => void reopen(store, { ...task, next_task: next === null ? null : nextIdOf(task.id) }),
  });
}

/** Takes back that a task was done; the next of a repeating one goes with it where nothing became of it. */
export async function reopen(store: Store, task: TaskKey & Pick<Repeating, "next_task">): Promise<void> {
  const { next_task } = task;
  // What cannot be read stays; whether the store works at all is said by the save.
  const next = next_task === null ? null : await store.query("task.one", { id: next_task }).catch(() => null);
  await save(store, reopenTask(task, next?.task ?? null));
}

/** Makes the next of a task that was done without one: from a notification, by the server. */
export const makeNext = async (store: Store, task: Repeating): Promise<boolean> =>
  save(store, succeed(task, store.now(), await countingFor(store, task)));

/** Done and undone, wherever a task is shown; the next of a repeating one is made in the same breath. */
import { nextIdOf, nextTime, type Repeating, succeed } from "#lib/domain/repeating";
import { completeTask, reopenTask } from "#lib/domain/task";
import { fmt, m, reader } from "#lib/i18n";
import type { Store } from "#lib/store/client";
import { toasts } from "#lib/ui/toasts.svelte";
import { save } from "./save";

const counting = (morning: number) => ({ timeZone: reader.timeZone, calendar: reader.calendar, morning });

/** Marks a task as done, with the way back. */
export async function completeWithUndo(store: Store, task: Repeating, morning: number): Promise<void> {
  const now = store.now();
  if (!(await save(store, [...completeTask(task, now), ...succeed(task, now, counting(morning))]))) return;
  const next = nextTime(task, now, counting(morning));
  const { title } = task;
  toasts.show({
    text: next === null ? m.tasks_completed({ title }) : m.tasks_completed_next({ title, day: fmt.day(next.due_day) }),
    undo: () => void save(store, reopenTask(next === null ? task : { ...task, next_task: nextIdOf(task.id) })),
  });
}

/** Makes the next of a task that was done without one: from a notification, by the server. */
export const makeNext = (store: Store, task: Repeating, morning: number): Promise<boolean> =>
  save(store, succeed(task, store.now(), counting(morning)));

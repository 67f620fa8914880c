/** What a task is called when nobody writes anything: no flow asks for free text. */
import { m } from "#lib/i18n";
import type { TaskType } from "$sync/schema.gen";

const TITLES: Readonly<Record<TaskType, () => string>> = {
  todo: m.tasks_default_todo,
  call: m.tasks_default_call,
  email: m.tasks_default_email,
  visit: m.tasks_default_visit,
  quote: m.tasks_default_quote,
  complaint: m.tasks_default_complaint,
};

/** In the language of the person who makes the task; others read it as he wrote it. */
export const defaultTitle = (type: TaskType): string => TITLES[type]();

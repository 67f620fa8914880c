import type { AddStart } from "#lib/shell/add.svelte";

/** What is being written in the sheet of the "+": held outside of it, so that leaving the sheet loses no word. */
export interface Written {
  /** A task's words. */
  title: string;
  /** A note. */
  body: string;
  /** A contact. */
  name: string;
  phone: string;
  jobTitle: string;
}

export const nothingWritten = (): Written => ({ title: "", body: "", name: "", phone: "", jobTitle: "" });

/** Whether there is a word to lose. */
export const isWritten = (written: Written): boolean => Object.values(written).some((text) => text.trim() !== "");

const FIELDS: Readonly<Partial<Record<AddStart, readonly (keyof Written)[]>>> = {
  task: ["title"],
  note: ["body"],
  contact: ["name", "phone", "jobTitle"],
};

/** Takes what is being written in a step from one customer to the one it was meant for, unless something is written for him already. */
export function carryOver(step: AddStart, from: Written, to: Written): void {
  const fields = FIELDS[step] ?? [];
  if (from === to || fields.some((field) => to[field].trim() !== "")) return;
  for (const field of fields) [to[field], from[field]] = [from[field], ""];
}

/**
 * Answers to the questions of visit forms. Each is an entry of the visit's log, so that two devices that answer different questions
 * overwrite nothing (docs/decisions/0136); the last entry of a question is its answer.
 */
import { append, type ChangeOf } from "#lib/store/change";
import type { LogEntry, Visible } from "#lib/store/visible";
import type { VisitKey } from "./visit";

/** By the question's type: yes or no, a choice or several, a number, an ISO day, a text, a product. Null: taken back. */
export type Answer = string | number | boolean | readonly string[] | null;
/** By the question's id. */
export type Answers = ReadonlyMap<string, Answer>;

/** Characters of a written answer; with its escapes it stays within what an entry takes. */
export const MAX_ANSWER = 1_000;

export const isAnswered = (answer: Answer | undefined): boolean =>
  answer !== undefined && answer !== null && answer !== "" && !(Array.isArray(answer) && answer.length === 0);

/** The change that answers a question; null takes the answer back. */
export function answer(visit: VisitKey, form: string, question: string, value: Answer): ChangeOf<"visit"> {
  const { id, root } = visit;
  return { kind: "visit", id, root, v: { answers: append(JSON.stringify([form, question, value])) } };
}

/** One entry: the form, the question, the answer. */
export type Entry = readonly [form: string, question: string, answer: Answer];

/** Reads an entry; null for what is none. */
export function entryOf(text: string): Entry | null {
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read) || read.length !== 3) return null;
    const [form, question, value] = read;
    if (typeof form !== "string" || typeof question !== "string" || !isAnswer(value)) return null;
    return [form, question, value];
  } catch {
    return null;
  }
}

function isAnswer(value: unknown): value is Answer {
  if (Array.isArray(value)) return value.every((part) => typeof part === "string");
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** The answers of a visit by form, the forms in the order in which they were first answered; empty ones are left out. */
export function answersByForm(visit: Pick<Visible<"visit">, "answers">): ReadonlyMap<string, Answers> {
  const found = new Map<string, Map<string, Answer>>();
  for (const { text } of visit.answers ?? ([] as readonly LogEntry[])) {
    const entry = entryOf(text);
    if (entry === null) continue;
    const [form, question, value] = entry;
    const answers = found.get(form) ?? new Map<string, Answer>();
    if (isAnswered(value)) answers.set(question, value);
    else answers.delete(question);
    found.set(form, answers);
  }
  return new Map([...found].filter(([, answers]) => answers.size > 0));
}

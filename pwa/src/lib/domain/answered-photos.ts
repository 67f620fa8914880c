/** Photos that answer questions: ids of the visit's files, which may be deleted anywhere while the answer's log keeps the id. */
import type { Answer, Answers } from "./answer";
import type { Question } from "./visit-form";

const idsIn = (answer: Answer | undefined): readonly string[] => (Array.isArray(answer) ? answer : []);

/** Returns the answers as they count: without photos that are not among `files`. Null: the files are not read yet. */
export function withoutDeleted(
  questions: readonly Question[],
  answers: Answers,
  files: ReadonlySet<string> | null,
): Answers {
  if (files === null) return answers;
  const left = new Map(answers);
  for (const { id, type } of questions) {
    if (type !== "photo" || !left.has(id)) continue;
    const ids = idsIn(left.get(id)).filter((one) => files.has(one));
    if (ids.length > 0) left.set(id, ids);
    else left.delete(id);
  }
  return left;
}

/** Returns the photos that answer some of these questions. */
export const photosIn = (questions: readonly Question[], answers: Answers): readonly string[] =>
  questions.flatMap(({ id, type }) => (type === "photo" ? idsIn(answers.get(id)) : []));

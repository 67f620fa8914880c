/** Putting a visit form together: every function answers with the new questions; the old ones are never changed, nor their ids. */
import type { ChangeOf } from "#lib/store/change";
import type { Json } from "$sync/joins";
import type { Choice, Comparison, Condition, Question, QuestionType, Rule } from "./visit-form";

type Questions = readonly Question[];

/** As many as a form takes, removed ones included. */
export const MAX_QUESTIONS = 100;
export const MAX_CHOICES = 50;

const TAKES_CHOICES: ReadonlySet<QuestionType> = new Set(["one_of", "several_of"]);
export const takesChoices = (type: QuestionType): boolean => TAKES_CHOICES.has(type);

/** A new question with what its type needs; `words` are those of its first choices. */
export function newQuestion(id: string, type: QuestionType, label: string, choices: readonly Choice[]): Question {
  return {
    ...{ id, type, label },
    ...(takesChoices(type) ? { choices } : {}),
    ...(type === "scale" ? { minimum: 1, maximum: 10 } : {}),
  };
}

/**
 * Conditions of others that look at a choice which it no longer offers are asked without it, as for a whole question; those that
 * compare its number go on to compare the same one where it has other decimals.
 */
export function replaceQuestion(questions: Questions, question: Question): Questions {
  const before = questions.find((one) => one.id === question.id);
  const was = new Set(before === undefined ? [] : removedOf(before));
  const gone = new Set(removedOf(question).filter((id) => !was.has(id)));
  const factor = 10 ** (decimalsOf(question) - decimalsOf(before ?? question));
  return questions.map((one) =>
    one.id === question.id ? question : rescaled(withoutChoices(one, question.id, gone), question.id, factor),
  );
}

/** Most that a question or a rule compares with, in units of the last decimal. */
const LARGEST = 1_000_000_000;
const DECIMALS: readonly number[] = [0, 1, 2, 3];
const decimalsOf = ({ decimals = 0 }: Question): number => decimals;

/** How many decimals a number may be asked with: as many as leave its bounds, and what conditions compare it with, as they are. */
export function decimalsFor(questions: Questions, question: Question): readonly number[] {
  const compared = questions.flatMap((one) =>
    (one.show_when?.rules ?? []).filter((rule) => rule.question === question.id),
  );
  const fixed = [question.minimum, question.maximum, ...compared.map((rule) => rule.value)].filter(
    (value) => typeof value === "number",
  );
  const now = decimalsOf(question);
  return DECIMALS.filter((decimals) =>
    fixed.every((value) => {
      const scaled = value * 10 ** (decimals - now);
      return decimals === now || (Math.abs(scaled) <= LARGEST && Math.abs(scaled - Math.round(scaled)) < 1e-6);
    }),
  );
}

/** A number that is asked with other decimals, within the same bounds; one of `decimalsFor`. */
export function withDecimals(question: Question, decimals: number): Question {
  const factor = 10 ** (decimals - decimalsOf(question));
  const bound = (name: "minimum" | "maximum") => {
    const value = question[name];
    return typeof value === "number" ? { [name]: Math.round(value * factor) } : {};
  };
  return { ...question, decimals, ...bound("minimum"), ...bound("maximum") };
}

function rescaled(one: Question, question: string, factor: number): Question {
  const condition = one.show_when ?? null;
  if (condition === null || factor === 1 || !condition.rules.some((rule) => rule.question === question)) return one;
  const rules = condition.rules.map((rule) =>
    rule.question === question && typeof rule.value === "number"
      ? { ...rule, value: Math.round(rule.value * factor) }
      : rule,
  );
  return withCondition(one, { ...condition, rules });
}

const removedOf = ({ choices = [] }: Question): readonly string[] =>
  choices.flatMap((choice) => (choice.removed === true ? [choice.id] : []));

const looksAt = (rule: Rule, choices: ReadonlySet<string>): boolean =>
  rule.test !== "answered" && typeof rule.value === "string" && choices.has(rule.value);

function withoutChoices(one: Question, question: string, gone: ReadonlySet<string>): Question {
  const condition = one.show_when ?? null;
  const isOfThem = (rule: Rule) => rule.question === question && looksAt(rule, gone);
  if (condition === null || !condition.rules.some(isOfThem)) return one;
  const rules = condition.rules.flatMap((rule): Rule[] => {
    if (!isOfThem(rule)) return [rule];
    // Whatever is answered now is not that choice.
    return rule.test === "is_not" ? [{ question, test: "answered" }] : [];
  });
  return withCondition(one, { ...condition, rules });
}

/** One place up (-1) or down (1) among those that are asked. */
export function moveQuestion(questions: Questions, id: string, by: -1 | 1): Questions {
  const from = questions.findIndex((one) => one.id === id);
  let to = from + by;
  while (questions[to]?.removed === true) to += by;
  const [moved, other] = [questions[from], questions[to]];
  if (moved === undefined || other === undefined) return questions;
  const rest = questions.filter((one) => one.id !== id);
  const at = rest.findIndex((one) => one.id === other.id) + (by === 1 ? 1 : 0);
  return [...rest.slice(0, at), moved, ...rest.slice(at)];
}

/** No longer asked. What was answered stays readable, and what depended on the answer is asked without it. */
export function removeQuestion(questions: Questions, id: string): Questions {
  return questions.map((one) => {
    if (one.id === id) return { ...one, removed: true };
    const condition = one.show_when ?? null;
    if (condition === null || !condition.rules.some((rule) => rule.question === id)) return one;
    return withCondition(one, { ...condition, rules: condition.rules.filter((rule) => rule.question !== id) });
  });
}

/** The question with this condition; without any where it has no rule. */
export function withCondition(question: Question, condition: Condition): Question {
  const { show_when: _, ...plain } = question;
  return condition.rules.length === 0 ? plain : { ...plain, show_when: condition };
}

export const removeChoice = (question: Question, id: string): Question => ({
  ...question,
  choices: (question.choices ?? []).map((one) => (one.id === id ? { ...one, removed: true } : one)),
});

/** The questions that a condition of this one may look at: those asked before it. */
export function earlierThan(questions: Questions, id: string): Questions {
  const at = questions.findIndex((one) => one.id === id);
  return questions.slice(0, Math.max(0, at)).filter((one) => one.removed !== true);
}

const COMPARISONS_BY_TYPE: Readonly<Record<QuestionType, readonly Comparison[]>> = {
  yes_no: ["is", "answered"],
  one_of: ["is", "is_not", "answered"],
  several_of: ["contains", "is_not", "answered"],
  scale: ["greater", "less", "is", "answered"],
  number: ["greater", "less", "is", "answered"],
  money: ["greater", "less", "answered"],
  day: ["greater", "less", "answered"],
  text: ["answered", "contains"],
  product: ["answered"],
  photo: ["answered"],
};
export const comparisonsFor = (type: QuestionType): readonly Comparison[] => COMPARISONS_BY_TYPE[type];

/** A rule about a question that asks for what it mostly is: yes, the first choice, the middle of the scale. */
export function usualRule(question: Question): Rule {
  const [test = "answered"] = comparisonsFor(question.type);
  if (test === "answered") return { question: question.id, test };
  return { question: question.id, test, value: usualValue(question) };
}

function usualValue({ type, choices = [], minimum, maximum }: Question): string | number | boolean | null {
  if (type === "yes_no") return true;
  if (takesChoices(type)) return choices.find((one) => one.removed !== true)?.id ?? null;
  if (type === "scale") return Math.floor(((minimum ?? 1) + (maximum ?? 10)) / 2);
  return type === "day" || type === "text" ? "" : 0;
}

/** What keeps a question from being asked as it is meant. */
export type DesignProblem = "no_words" | "no_choices" | "asks_later" | "asks_removed_choice" | "least_above_most";

export function problemsOf(question: Question, questions: Questions): readonly DesignProblem[] {
  const found: DesignProblem[] = [];
  if (question.label.trim() === "") found.push("no_words");
  if (takesChoices(question.type) && !(question.choices ?? []).some((one) => one.removed !== true))
    found.push("no_choices");
  const earlier = new Map(earlierThan(questions, question.id).map((one) => [one.id, one]));
  const rules = question.show_when?.rules ?? [];
  if (rules.some((rule) => !earlier.has(rule.question))) found.push("asks_later");
  const canNeverHold = (rule: Rule) => {
    const asked = earlier.get(rule.question);
    return asked !== undefined && rule.test !== "is_not" && looksAt(rule, new Set(removedOf(asked)));
  };
  if (rules.some(canNeverHold)) found.push("asks_removed_choice");
  const { minimum, maximum } = question;
  if (typeof minimum === "number" && typeof maximum === "number" && minimum > maximum) found.push("least_above_most");
  return found;
}

type Values = ChangeOf<"visit_form">["v"];

export const changeForm = (form: { readonly id: string }, v: Values): ChangeOf<"visit_form"> => ({
  kind: "visit_form",
  id: form.id,
  root: "shared",
  v,
});

export const setQuestions = (form: { readonly id: string }, questions: Questions): ChangeOf<"visit_form"> =>
  changeForm(form, { questions: questions as unknown as readonly Json[] });

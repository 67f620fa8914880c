/**
 * Visit forms: questions as data. What is read here was written by any version of the app on any device, so that what it does not
 * understand is passed by. The shapes are those of `sync/python/routebook_sync/entities/visit_form.py`.
 */
import type { Visible } from "#lib/store/visible";
import type { CustomerRelation, CustomerValueClass, VisitPurpose } from "$sync/schema.gen";
import { type Answer, type Answers, isAnswered } from "./answer";
import { readNumber } from "./given-number";

/** How a question is answered; with a photo: by the ids of the visit's files. */
export const QUESTION_TYPES = [
  "yes_no",
  "one_of",
  "several_of",
  "scale",
  "number",
  "money",
  "day",
  "text",
  "product",
  "photo",
] as const;
export type QuestionType = (typeof QUESTION_TYPES)[number];

export const COMPARISONS = ["answered", "is", "is_not", "contains", "greater", "less"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Words with their translations: `label` is for whoever reads none of those in `label_in`. */
export interface Labelled {
  readonly label: string;
  readonly label_in?: Readonly<Record<string, string>>;
}

export interface Choice extends Labelled {
  readonly id: string;
  readonly removed?: boolean;
}

/** What the answer to an earlier question must be. */
export interface Rule {
  readonly question: string;
  readonly test: Comparison;
  readonly value?: string | number | boolean | null;
}

export interface Condition {
  readonly match?: "all" | "any";
  readonly rules: readonly Rule[];
}

export interface Question extends Labelled {
  readonly id: string;
  readonly type: QuestionType;
  readonly help?: string | null;
  /** A reminder, never a gate. */
  readonly required?: boolean;
  readonly choices?: readonly Choice[];
  readonly unit?: string | null;
  /** Of a number or a sum in units of its last decimal place, of a scale in steps. */
  readonly minimum?: number | null;
  readonly maximum?: number | null;
  readonly decimals?: number;
  readonly show_when?: Condition | null;
  /** No longer asked; kept, so that old answers can be read. */
  readonly removed?: boolean;
}

/** A form with its questions read. */
export interface VisitForm {
  readonly id: string;
  readonly name: string;
  readonly name_in: Readonly<Record<string, string>>;
  readonly isActive: boolean;
  readonly purposes: readonly string[];
  readonly relations: readonly string[];
  readonly valueClasses: readonly string[];
  readonly questions: readonly Question[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** Reads a form; questions of a type that only a newer app knows are left out, and of two with one id the second. */
export function formOf(record: Visible<"visit_form">): VisitForm {
  const seen = new Set<unknown>();
  const questions = (record.questions ?? []).filter((question) => {
    if (!isObject(question) || seen.has(question.id)) return false;
    seen.add(question.id);
    return QUESTION_TYPES.some((type) => type === question.type);
  });
  return {
    id: record.id,
    name: record.name ?? "",
    name_in: (record.name_in ?? {}) as Readonly<Record<string, string>>,
    isActive: record.active !== false,
    purposes: listOf(record.purposes),
    relations: listOf(record.relations),
    valueClasses: listOf(record.value_classes),
    questions: questions as unknown as readonly Question[],
  };
}

/** The words of a question, a choice or a form in a language. */
export const labelIn = ({ label, label_in }: Labelled, locale: string): string => label_in?.[locale] ?? label;

/** What decides which form a visit has. */
export interface About {
  readonly purpose?: VisitPurpose | null | undefined;
  readonly relation?: CustomerRelation | null | undefined;
  readonly value_class?: CustomerValueClass | null | undefined;
}

/** The form for a visit: of those that fit the one that asks for most, of several the oldest; null where none fits. */
export function formFor(forms: readonly VisitForm[], about: About): VisitForm | null {
  const criteria = (form: VisitForm) =>
    [
      [form.purposes, about.purpose],
      [form.relations, about.relation],
      [form.valueClasses, about.value_class],
    ] as const;
  let found: VisitForm | null = null;
  let best = -1;
  for (const form of [...forms].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const asked = criteria(form).filter(([wanted]) => wanted.length > 0);
    const fits = asked.every(([wanted, is]) => typeof is === "string" && wanted.includes(is));
    if (!form.isActive || !fits || asked.length <= best) continue;
    [found, best] = [form, asked.length];
  }
  return found;
}

/** The questions to ask now, in their order: an answer to one that is not asked counts for no other. */
export function askedOf(form: VisitForm, answers: Answers): readonly Question[] {
  const asked = new Map<string, Question>();
  for (const question of form.questions) {
    if (question.removed === true) continue;
    const condition = question.show_when ?? null;
    const answerTo = (id: string) => comparable(asked.get(id), answers.get(id));
    if (condition === null || isMet(condition, answerTo)) asked.set(question.id, question);
  }
  return [...asked.values()];
}

/** An answer as a rule is about it: numbers in the decimals that are asked for now, sums in their smallest coins; none to what is not asked. */
function comparable(question: Question | undefined, answer: Answer | undefined): Answer | undefined {
  if (question === undefined || typeof answer !== "string") return question && answer;
  if (question.type !== "number" && question.type !== "money") return answer;
  const given = readNumber(answer);
  if (given === null || question.type === "money") return given?.value ?? answer;
  return given.value / 10 ** (given.digits - (question.decimals ?? 0));
}

/** Of those asked, the ones that somebody would like answered and that are not. */
export const missingOf = (form: VisitForm, answers: Answers): readonly Question[] =>
  askedOf(form, answers).filter(({ required, id }) => required === true && !isAnswered(answers.get(id)));

function isMet({ match = "all", rules }: Condition, answerTo: (id: string) => Answer | undefined): boolean {
  const holds = (rule: Rule) => isRuleMet(rule, answerTo(rule.question));
  return match === "any" ? rules.some(holds) : rules.every(holds);
}

/** Whether an answer is as the rule wants it; what was not answered is neither this nor that. */
export function isRuleMet({ test, value = null }: Rule, answer: Answer | undefined): boolean {
  if (answer === undefined || !isAnswered(answer)) return false;
  switch (test) {
    case "answered":
      return true;
    case "is":
      return Array.isArray(answer) ? answer.length === 1 && answer[0] === value : answer === value;
    case "is_not":
      return Array.isArray(answer) ? !answer.includes(String(value)) : answer !== value;
    case "contains":
      if (Array.isArray(answer)) return answer.includes(String(value));
      return typeof answer === "string" && answer.toLowerCase().includes(String(value).toLowerCase());
    case "greater":
    case "less": {
      // Numbers as numbers, days as texts: an ISO day sorts as it reads.
      if (typeof answer !== typeof value || answer === null || value === null) return false;
      return test === "greater" ? answer > value : answer < value;
    }
    default:
      return false; // of a newer app
  }
}

/** Tells whether a question is answered by typing. */
export const isTyped = ({ type }: Pick<Question, "type">): boolean => ["number", "money", "text"].includes(type);

/** Answers to the questions of a visit form as a reader sees them. */
import { type Answer, entryOf } from "#lib/domain/answer";
import { type GivenNumber, givenNumber } from "#lib/domain/given-number";
import { labelIn, type Question, type VisitForm } from "#lib/domain/visit-form";
import * as format from "#lib/i18n/format";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";

/** Decimal places that a question's number has. */
export const digitsOf = ({ type, decimals = 0 }: Question, currency: string): number =>
  type === "money" ? format.minorDigits(currency) : decimals;

const isNumber = ({ type }: Question): boolean => type === "number" || type === "money";

/** How a question's number is asked for today. */
const today = (question: Question, currency: string) => ({
  digits: digitsOf(question, currency),
  currency: question.type === "money" ? currency : null,
});

/** A question's number as it is asked for: the bounds and what was answered in units of the last decimal place. */
export interface NumberAsked extends Omit<GivenNumber, "value"> {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly value: number | null;
}

/** What was answered stays in the currency, and keeps the decimals, that it was given in; else it is as today. */
export function numberAsked(question: Question, answer: Answer | undefined, currency: string): NumberAsked {
  const now = today(question, currency);
  const { minimum = null, maximum = null } = question;
  const given = givenNumber(answer, now);
  if (given === null) return { ...now, minimum, maximum, value: null };
  if (question.type === "money") return { ...given, currency: given.currency ?? currency, minimum, maximum };
  const digits = Math.max(now.digits, given.digits);
  const scaled = (bound: number | null) => bound && bound * 10 ** (digits - now.digits);
  const value = given.value * 10 ** (digits - given.digits);
  return { digits, currency: null, minimum: scaled(minimum), maximum: scaled(maximum), value };
}

/** Writes an answer; what the question does not know any more, as it is. */
export function showAnswer(question: Question, answer: Answer, showing: Showing): string {
  const { reader, currency } = showing;
  if (answer === null) return "";
  if (typeof answer === "boolean") return answer ? showing.yes : showing.no;
  const asked = today(question, currency);
  if (typeof answer === "number") return showNumber(question, { ...asked, value: answer }, reader);
  const given = isNumber(question) ? givenNumber(answer, asked) : null;
  if (given !== null) return showNumber(question, given, reader);
  if (question.type === "photo") return `📷 ${format.number(Array.isArray(answer) ? answer.length : 1, reader)}`; // shown where there is room for them
  if (typeof answer !== "string") {
    const names = answer.map((id) => choiceName(question, id, reader));
    return format.list(names, reader);
  }
  switch (question.type) {
    case "one_of":
      return choiceName(question, answer, reader);
    case "day":
      return /^\d{4}-\d{2}-\d{2}$/.test(answer) ? format.day(answer, reader, { year: true }) : answer;
    case "product":
      return showing.nameOf("product", answer) ?? "…";
    default:
      return answer;
  }
}

/** An entry of a visit's log of answers: `How is the shelf?: Full`. What was taken back has a dash; what nobody can read stays. */
export function showEntry(text: string, forms: readonly VisitForm[], showing: Showing): string {
  const entry = entryOf(text);
  if (entry === null) return text;
  const [form, id, answer] = entry;
  const question = forms.find((one) => one.id === form)?.questions.find((one) => one.id === id);
  const label = question === undefined ? "…" : labelIn(question, showing.reader.locale);
  const shown = question === undefined ? String(answer ?? "") : showAnswer(question, answer, showing);
  return `${format.isolated(label)}: ${shown === "" ? "–" : format.isolated(shown)}`;
}

function choiceName({ choices = [] }: Question, id: string, { locale }: Reader): string {
  const choice = choices.find((one) => one.id === id);
  return choice === undefined ? id : labelIn(choice, locale);
}

function showNumber({ unit }: Question, { value, digits, currency }: GivenNumber, reader: Reader): string {
  if (currency !== null) return format.money(value * 10 ** (format.minorDigits(currency) - digits), currency, reader);
  const text = format.number(value / 10 ** digits, reader, { maximumFractionDigits: digits });
  return unit ? `${text} ${format.isolated(unit)}` : text;
}

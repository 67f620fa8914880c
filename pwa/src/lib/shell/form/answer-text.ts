/** Answers to the questions of a visit form as a reader sees them. */
import { type Answer, entryOf } from "#lib/domain/answer";
import { labelIn, type Question, type VisitForm } from "#lib/domain/visit-form";
import * as format from "#lib/i18n/format";
import type { Reader } from "#lib/i18n/locales";
import type { Showing } from "#lib/i18n/values";

/** Decimal places that a question's number has. */
export const digitsOf = ({ type, decimals = 0 }: Question, currency: string): number =>
  type === "money" ? format.minorDigits(currency) : decimals;

/** Writes an answer; what the question does not know any more, as it is. */
export function showAnswer(question: Question, answer: Answer, showing: Showing): string {
  const { reader, currency } = showing;
  if (answer === null) return "";
  if (typeof answer === "boolean") return answer ? showing.yes : showing.no;
  if (typeof answer === "number") return showNumber(question, answer, reader, currency);
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

function showNumber(question: Question, value: number, reader: Reader, currency: string): string {
  if (question.type === "money") return format.money(value, currency, reader);
  const digits = question.decimals ?? 0;
  const text = format.number(value / 10 ** digits, reader, { maximumFractionDigits: digits });
  return question.unit ? `${text} ${format.isolated(question.unit)}` : text;
}

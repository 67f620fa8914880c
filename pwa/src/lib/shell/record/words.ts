/**
 * What is told of a record in more than its field's own words: the questions of a form, the filters of a list, a setting. It comes with
 * the first value that needs it.
 */
import { callCyclesFrom } from "#lib/domain/call-cycle";
import { filtersFrom, isKnown, type ListSort } from "#lib/domain/saved-list";
import { type Choice, labelIn, type Question, type Rule } from "#lib/domain/visit-form";
import { m } from "#lib/i18n";
import { choiceLabel, VALUE_CLASS_LONG } from "#lib/i18n/choices";
import { localDigits } from "#lib/i18n/digits";
import * as format from "#lib/i18n/format";
import { languageName, type Showing, showValue, zoneName } from "#lib/i18n/values";
import { digitsOf, showAnswer } from "#lib/shell/form/answer-text";
import { COMPARISON_WORDS, TYPE_WORDS } from "#lib/shell/form/design-words";
import { filterWords, SORT_WORDS } from "#lib/shell/list-words";
import { CUSTOMER_VALUE_CLASS_CHOICES, type Kind } from "$sync/schema.gen";

type Values = Readonly<Record<string, unknown>>;
type Tell = (value: unknown, showing: Showing, about: Values) => string;

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectsIn = (value: unknown): readonly Values[] => (Array.isArray(value) ? value.filter(isObject) : []);
const lines = (parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n");
const dotted = (parts: readonly string[]): string => parts.filter((part) => part !== "").join(" · ");
/** Anything at all without braces: what stands under a name after it, each in a line of its own. */
const tellAnything: Tell = (value, showing, about) => {
  if (isObject(value))
    return lines(Object.entries(value).map(([name, part]) => `${name}: ${tellAnything(part, showing, about)}`));
  if (!Array.isArray(value)) return showValue("", { name: "", type: "any" }, value, showing);
  const parts = value.map((part) => tellAnything(part, showing, about));
  return value.some(isObject) ? lines(parts) : format.list(parts, showing.reader);
};

/** A text as it was written, whatever a newer version may have put in its place. */
const textOf = (value: unknown, showing: Showing): string => format.isolated(tellAnything(value, showing, {}));

const wordIn = (part: Values, showing: Showing): string =>
  textOf(labelIn(part as unknown as Choice, showing.reader.locale), showing);

/** What it is called for everybody else; "" where that is nothing more. */
function otherWords(part: Values, showing: Showing): string {
  const { reader } = showing;
  const translated = isObject(part.label_in) ? part.label_in : {};
  const others = Object.entries(translated).filter(([locale]) => locale !== reader.locale);
  return [
    ...(Object.hasOwn(translated, reader.locale) ? [textOf(part.label, showing)] : []),
    ...others.map(([locale, text]) => `${languageName(locale, reader)}: ${textOf(text, showing)}`),
  ].join(", ");
}

/** `Sold out (Polish: Wyprzedane)` */
function wholeWord(part: Values, showing: Showing): string {
  const others = otherWords(part, showing);
  return others === "" ? wordIn(part, showing) : `${wordIn(part, showing)} (${others})`;
}

const choicesOf =
  (kind: Kind, field: string): Tell =>
  (value, showing, about) => {
    if (!Array.isArray(value)) return tellAnything(value, showing, about);
    const words = value.map((one) =>
      typeof one === "string" ? choiceLabel(kind, field, one) : tellAnything(one, showing, about),
    );
    return format.list(words, showing.reader);
  };

const tellLanguages: Tell = (value, showing) =>
  isObject(value)
    ? lines(
        Object.entries(value).map(
          ([locale, text]) => `${languageName(locale, showing.reader)}: ${textOf(text, showing)}`,
        ),
      )
    : "";

const removedWord = (part: Values): string => (part.removed === true ? m.form_no_longer_asked() : "");

const tellChoices: Tell = (value, showing) =>
  lines(objectsIn(value).map((choice) => dotted([wholeWord(choice, showing), removedWord(choice)])));

const tellQuestions: Tell = (value, showing) => {
  const questions = objectsIn(value);
  return lines(questions.map((question) => tellQuestion(question, questions, showing)));
};

function tellQuestion(question: Values, questions: readonly Values[], showing: Showing): string {
  return dotted([
    wordIn(question, showing),
    ...(question.removed === true ? [removedWord(question)] : howAnswered(question, showing)),
    question.removed !== true && question.required === true ? m.form_required() : "",
    question.removed === true ? "" : whenAsked(question, questions, showing),
    typeof question.help === "string" && question.removed !== true ? format.isolated(question.help) : "",
    otherWords(question, showing),
  ]);
}

function howAnswered(question: Values, showing: Showing): readonly string[] {
  const type = String(question.type ?? "");
  const words = Object.hasOwn(TYPE_WORDS, type) ? TYPE_WORDS[type as Question["type"]]() : type;
  const offered = objectsIn(question.choices).filter((choice) => choice.removed !== true);
  const range = rangeOf(question, showing);
  return [
    offered.length === 0 ? words : `${words}: ${offered.map((choice) => wholeWord(choice, showing)).join(", ")}`,
    range === "" && typeof question.unit === "string" ? format.isolated(question.unit) : range,
  ];
}

/** `1 – 20 pcs`, with a dash where one of the two is open; "" where both are. */
function rangeOf(question: Values, showing: Showing): string {
  const { minimum, maximum, unit } = question;
  if (typeof minimum !== "number" && typeof maximum !== "number") return "";
  const digits = digitsOf(question as unknown as Question, showing.currency);
  const bound = (value: unknown) =>
    typeof value === "number"
      ? format.number(value / 10 ** digits, showing.reader, { maximumFractionDigits: digits })
      : "…";
  return format.isolated(`${bound(minimum)} – ${bound(maximum)}${typeof unit === "string" ? ` ${unit}` : ""}`);
}

function whenAsked(question: Values, questions: readonly Values[], showing: Showing): string {
  const condition = question.show_when;
  const rules = isObject(condition) ? objectsIn(condition.rules) : [];
  if (!isObject(condition) || rules.length === 0) return "";
  const told = rules.map((rule) => tellRule(rule as unknown as Rule, questions, showing)).join("; ");
  const any = condition.match === "any" && rules.length > 1 ? ` (${m.form_match_any()})` : "";
  return `${m.form_condition()} ${told}${any}`;
}

function tellRule({ question, test, value = null }: Rule, questions: readonly Values[], showing: Showing): string {
  const asked = questions.find(({ id }) => id === question);
  const words = Object.hasOwn(COMPARISON_WORDS, test) ? COMPARISON_WORDS[test]() : String(test);
  const told = asked === undefined || isObject(value) ? "" : answerOf(asked as unknown as Question, value, showing);
  return [asked === undefined ? "…" : wordIn(asked, showing), words, told].filter((part) => part !== "").join(" ");
}

function answerOf(question: Question, value: NonNullable<Rule["value"]> | null, showing: Showing): string {
  // Of several answers a rule names one.
  const one = question.type === "several_of" ? { ...question, type: "one_of" as const } : question;
  return format.isolated(showAnswer(one, value, showing));
}

const tellFilters: Tell = (value, { nameOf }) => {
  const names = { get: (id: string) => nameOf("person", id) ?? undefined };
  return lines(filtersFrom(value).map((filter) => (isKnown(filter) ? filterWords(filter, names) : filter.name)));
};

const clock = (value: unknown, { reader }: Showing): string => localDigits(String(value ?? ""), reader.locale);
const degrees = (value: unknown, { reader }: Showing): string =>
  `${format.number(Number(value) / 1e6, reader, { maximumFractionDigits: 6 })}°`;
const tellPlace: Tell = (value, showing) =>
  isObject(value) ? `${degrees(value.latitude, showing)}, ${degrees(value.longitude, showing)}` : "";

const SETTINGS: Readonly<Record<string, Tell>> = {
  call_cycles: (value, { reader }) => {
    const cycles = callCyclesFrom(value);
    return lines(
      CUSTOMER_VALUE_CLASS_CHOICES.map((one) => `${VALUE_CLASS_LONG[one]()}: ${format.days(cycles[one], reader)}`),
    );
  },
  currency: (value, showing) => showValue("", { name: "", type: "text", unit: "currency" }, value, showing),
  quiet_hours: (value, showing) =>
    isObject(value) ? format.isolated(`${clock(value.from, showing)} – ${clock(value.to, showing)}`) : "",
  morning_hour: (value, showing) => (typeof value === "number" ? clock(`${value}:00`, showing) : ""),
  day_start: tellPlace,
  day_end: tellPlace,
};

const TOLD: { readonly [K in Kind]?: Readonly<Record<string, Tell>> } = {
  visit_form: {
    questions: tellQuestions,
    name_in: tellLanguages,
    purposes: choicesOf("visit", "purpose"),
    relations: choicesOf("customer", "relation"),
    value_classes: choicesOf("customer", "value_class"),
  },
  custom_field: {
    choices: tellChoices,
    label_in: tellLanguages,
    relations: choicesOf("customer", "relation"),
    value_classes: choicesOf("customer", "value_class"),
  },
  holiday: { name_in: tellLanguages },
  saved_list: {
    filters: tellFilters,
    sort: (value) => (Object.hasOwn(SORT_WORDS, String(value)) ? SORT_WORDS[value as ListSort]() : String(value)),
  },
  setting: {
    value: (value, showing, about) => {
      const name = String(about.name ?? "");
      const tell = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
      return (tell ?? tellAnything)(value, showing, about);
    },
  },
  person: {
    locale: (value, { reader }) => languageName(String(value), reader),
    time_zone: (value, { reader }) => zoneName(String(value), reader),
  },
  file: {
    size: (value, { reader }) => format.bytes(Number(value), reader),
    duration: (value, { reader }) => format.playing(Number(value), reader),
  },
};

/** Writes the value of a field that has more to tell than its type says; null for all others. `about`: the record's other values. */
export function tellValue(kind: Kind, name: string, value: unknown, about: Values, showing: Showing): string | null {
  const tell = TOLD[kind]?.[name];
  if (tell === undefined) return null;
  return value === null || value === undefined || value === "" ? "" : tell(value, showing, about);
}

/**
 * Custom fields: what a team keeps of its customers beside what every team does. A field is declared as data by a manager; what a
 * customer has in it is a record of its own, so that two people who fill two fields overwrite nothing (docs/decisions/0147).
 */
import { addTo, type Change, type ChangeOf, removeFrom } from "#lib/store/change";
import type { Visible } from "#lib/store/visible";
import { idFromUuid, uuidFromId } from "$sync/identifier";
import type { Json } from "$sync/joins";
import {
  CUSTOM_FIELD_TYPE_CHOICES,
  type CustomerRelation,
  type CustomerValueClass,
  type CustomFieldType,
  ENTITY_TYPES,
  type FieldType,
} from "$sync/schema.gen";
import { readNumber } from "./given-number";
import type { Choice, Labelled, Question, QuestionType } from "./visit-form";

export const CUSTOM_FIELD_TYPES = CUSTOM_FIELD_TYPE_CHOICES;
/** As many as a team has, the archived ones included. */
export const MAX_CUSTOM_FIELDS = 200;

/** A field as screens use it: complete, whatever version of the app wrote it. */
export interface CustomField extends Labelled {
  readonly id: string;
  readonly type: CustomFieldType;
  readonly help: string;
  readonly choices: readonly Choice[];
  readonly unit: string;
  readonly decimals: number;
  /** In units of the last decimal place. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly position: number;
  /** Empty: for all. */
  readonly relations: readonly CustomerRelation[];
  readonly valueClasses: readonly CustomerValueClass[];
  readonly isArchived: boolean;
}

/** What a customer has in a field: by its type a text, a number, a day, yes or no, a choice or several. */
export type CustomValue = string | number | boolean | readonly string[] | null;

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : []);

/** Reads a field's record; null where its type is one that only a newer version of the app knows. */
export function customFieldOf(record: Visible<"custom_field">): CustomField | null {
  const type = CUSTOM_FIELD_TYPES.find((one) => one === record.type);
  if (type === undefined) return null;
  return {
    id: record.id,
    type,
    label: record.label ?? "",
    label_in: (record.label_in ?? {}) as Readonly<Record<string, string>>,
    help: record.help ?? "",
    choices: listOf<Choice>(record.choices),
    unit: record.unit ?? "",
    decimals: record.decimals ?? 0,
    minimum: record.minimum ?? null,
    maximum: record.maximum ?? null,
    position: record.position ?? 0,
    relations: listOf(record.relations),
    valueClasses: listOf(record.value_classes),
    isArchived: record.archived === true,
  };
}

/** Reads the records of fields in their order; those of types to come are passed by. */
export const customFieldsOf = (records: readonly Visible<"custom_field">[]): readonly CustomField[] =>
  records.map(customFieldOf).filter((field) => field !== null);

/** Tells whether a field takes choices. */
export const offersChoices = (type: CustomFieldType): boolean => type === "choice" || type === "choices";

const ASKED_AS: Readonly<Record<CustomFieldType, QuestionType>> = {
  text: "text",
  long_text: "text",
  number: "number",
  money: "money",
  day: "day",
  yes_no: "yes_no",
  choice: "one_of",
  choices: "several_of",
  email: "text",
  phone: "text",
  link: "text",
};

/** A field as the question of a form that it is answered and shown like. */
export const questionOf = (field: CustomField): Question => ({
  ...{ id: field.id, type: ASKED_AS[field.type], label: field.label, help: field.help || null },
  ...{ label_in: field.label_in ?? {}, choices: field.choices, unit: field.unit || null, decimals: field.decimals },
  ...{ minimum: field.minimum, maximum: field.maximum },
});

/** The field of a custom value that holds what a custom field of this type keeps. */
export function heldBy(type: CustomFieldType): FieldType {
  const field = ENTITY_TYPES.custom_value.fields[type];
  if (field === undefined) throw new Error(type); // each type is one: tests/unit/test_custom_fields.py
  return field;
}

/** Tells whether a field is meant for a customer. */
export function isFor(
  field: CustomField,
  customer: { readonly relation?: CustomerRelation | null; readonly value_class?: CustomerValueClass | null },
): boolean {
  const fits = <T>(wanted: readonly T[], has: T | null | undefined) =>
    wanted.length === 0 || (has !== null && has !== undefined && wanted.includes(has));
  return fits(field.relations, customer.relation) && fits(field.valueClasses, customer.value_class);
}

/** What a field keeps of an answer: of a number and a sum the bare units, in the field's decimals and the customer's money. */
export const keptOf = ({ type }: CustomField, answer: CustomValue): CustomValue =>
  typeof answer === "string" && (type === "number" || type === "money") ? (readNumber(answer)?.value ?? null) : answer;

/** What a record holds for a field; null for nothing. */
export function valueIn(field: CustomField, record: Visible<"custom_value"> | undefined): CustomValue {
  const value = record?.[field.type] ?? null;
  return Array.isArray(value) && value.length === 0 ? null : value;
}

/** A field of a customer with what he has in it. */
export interface Filled {
  readonly field: CustomField;
  readonly record: Visible<"custom_value"> | undefined;
  readonly value: CustomValue;
}

/**
 * What a customer's page shows: the fields that are meant for him, in their order, then those that are not any more and in which he has
 * something all the same.
 */
export function filledOf(
  fields: readonly CustomField[],
  values: readonly Visible<"custom_value">[],
  customer: Parameters<typeof isFor>[1],
): readonly Filled[] {
  const byField = new Map(values.map((one) => [one.custom_field, one]));
  const all = fields.map((field): Filled => {
    const record = byField.get(field.id);
    return { field, record, value: valueIn(field, record) };
  });
  const isMeant = ({ field }: Filled) => !field.isArchived && isFor(field, customer);
  return [...all.filter(isMeant), ...all.filter((one) => !isMeant(one) && one.value !== null)];
}

/**
 * The id of what a customer has in a field: the same on every device, so that two who fill one field at the same time have filled one
 * record. Its time is the customer's, its chance both of theirs. The twin: server/routebook_server/demo/custom.py.
 */
export function customValueId(customer: string, field: string): string {
  const [one, other] = [uuidFromId(customer).replaceAll("-", ""), uuidFromId(field).replaceAll("-", "")];
  const mixed = (from: number, to: number) =>
    [...one.slice(from, to)]
      .map((digit, at) => (Number.parseInt(digit, 16) ^ Number.parseInt(other[from + at] ?? "0", 16)).toString(16))
      .join("");
  // The 13th digit is the version, the 17th begins with the variant: those stay.
  const hex = `${one.slice(0, 13)}${mixed(13, 16)}${one.slice(16, 17)}${mixed(17, 32)}`;
  return idFromUuid([hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-"));
}

/** Fills a field of a customer; null empties it. Of several choices only those that came or went are written. */
export function fill(customer: string, field: CustomField, before: CustomValue, value: CustomValue): Change[] {
  const id = customValueId(customer, field.id);
  const write = (v: ChangeOf<"custom_value">["v"]): Change => ({
    kind: "custom_value",
    id,
    root: customer,
    v: { customer, custom_field: field.id, ...v },
  });
  if (field.type !== "choices") return [write({ [field.type]: value } as ChangeOf<"custom_value">["v"])];
  const [had, has] = [listOf<string>(before), listOf<string>(value)];
  const added = has.filter((one) => !had.includes(one));
  const removed = had.filter((one) => !has.includes(one));
  return [
    ...(added.length > 0 ? [write({ choices: addTo(...added) })] : []),
    ...(removed.length > 0 ? [write({ choices: removeFrom(...removed) })] : []),
  ];
}

/** Why a value cannot be kept in a field; null for none. Choices that were taken away since may stay, not come. */
export type Misfit = "not_a_choice" | "out_of_range" | "too_long" | "not_an_email" | "not_a_link" | "not_a_phone";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LINK = /^https?:\/\/[^\s/]+/i;
const PHONE = /^[\d\s()+./*#\u0660-\u0669\u06f0-\u06f9-]+$/;

export function misfitOf(field: CustomField, value: CustomValue): Misfit | null {
  if (value === null) return null;
  if (typeof value === "number") {
    const { minimum, maximum } = field;
    return value < (minimum ?? value) || value > (maximum ?? value) ? "out_of_range" : null;
  }
  if (Array.isArray(value) || field.type === "choice") {
    const offered = new Set(field.choices.map(({ id }) => id));
    return [value].flat().every((one) => offered.has(String(one))) ? null : "not_a_choice";
  }
  if (typeof value !== "string") return null;
  if (value.length > (heldBy(field.type).max_length ?? value.length)) return "too_long";
  if (field.type === "email") return EMAIL.test(value) ? null : "not_an_email";
  if (field.type === "link") return LINK.test(value) ? null : "not_a_link";
  if (field.type === "phone") return PHONE.test(value) ? null : "not_a_phone";
  return null;
}

type Values = ChangeOf<"custom_field">["v"];

export const changeField = (field: { readonly id: string }, v: Values): ChangeOf<"custom_field"> => ({
  kind: "custom_field",
  id: field.id,
  root: "shared",
  v,
});

/** A new field after all others; with choices it begins with these. */
export function createField(
  id: string,
  type: CustomFieldType,
  label: string,
  choices: readonly Choice[],
  fields: readonly CustomField[],
): ChangeOf<"custom_field"> {
  const position = Math.max(0, ...fields.map((one) => one.position)) + 1;
  const offered = offersChoices(type) ? { choices: choices as unknown as readonly Json[] } : {};
  return changeField({ id }, { type, label, position, ...offered });
}

/** One place up (-1) or down (1) among the fields in use: only what changes its place is written. */
export function moveField(fields: readonly CustomField[], id: string, by: -1 | 1): ChangeOf<"custom_field">[] {
  const used = fields.filter((one) => !one.isArchived);
  const from = used.findIndex((one) => one.id === id);
  const [moved, other] = [used[from], used[from + by]];
  if (moved === undefined || other === undefined) return [];
  const order = used.with(from, other).with(from + by, moved);
  return order.flatMap((one, at) => (one.position === at + 1 ? [] : [changeField(one, { position: at + 1 })]));
}

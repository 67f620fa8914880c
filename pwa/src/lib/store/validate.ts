/** The device's own check of a change, so that what the server would refuse is refused while the rep still sees the form. */
import { isId } from "$sync/identifier.ts";
import { ENTITY_TYPES, type FieldType, type Kind, MAX_EDIT_BYTES, MAX_EDITS, SHARED_ROOT } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Change, WriteProblem, WriteProblemCode } from "./change.ts";
import { isKind } from "./tables.ts";

/** What is already known of the record that a change is about. */
export interface Known {
  readonly root: string;
  /** The fields that it has. */
  readonly fields: ReadonlySet<string>;
}

/** The most that one group may be, as JSON: a request carries it whole (SPEC R45). */
const MAX_GROUP_BYTES = 1024 * 1024;

/** Why these changes cannot be one group: no request could carry it, and the outbox would wait behind it for ever. */
export function problemsOfGroup(changes: readonly Change[]): WriteProblem[] {
  const [first] = changes;
  if (first === undefined) return [];
  const isTooLarge =
    changes.length > MAX_EDITS || new TextEncoder().encode(JSON.stringify(changes)).length > MAX_GROUP_BYTES;
  return isTooLarge ? [{ code: "too_large", kind: first.kind, id: first.id, field: "" }] : [];
}

/** Returns every reason why the change must not be written; none if it may. `known` is null for a new record. */
export function problemsOf(change: Change, known: Known | null, account: Account): WriteProblem[] {
  const { kind, id, root } = change;
  const problem = (code: WriteProblemCode, field = "", limit?: number): WriteProblem =>
    limit === undefined ? { code, kind, id, field } : { code, kind, id, field, limit };
  if (!isKind(kind)) return [problem("unknown_kind")];
  if (!isId(id)) return [problem("bad_id")];
  const { fields, writers } = ENTITY_TYPES[kind];
  if (!writers.includes(account.role)) return [problem("forbidden")];
  if (!isRoot(root) || (known !== null && known.root !== root) || (kind === "customer" && root !== id)) {
    return [problem("foreign_root")];
  }
  const values: { readonly [field: string]: unknown } = change.v;
  const problems: WriteProblem[] = [];
  for (const name of Object.keys(values)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) problems.push(problem("unknown_field", name));
    else if (field.server || isForbidden(field, account.role === "rep", known === null)) {
      problems.push(problem("forbidden_field", name));
    } else {
      const found = problemOfValue(field, values[name]);
      if (found !== null) problems.push(problem(found.code, name, found.limit));
    }
  }
  for (const field of Object.values(fields)) {
    if (field.required && !(field.name in values) && !known?.fields.has(field.name)) {
      problems.push(problem("missing_field", field.name));
    }
  }
  if (JSON.stringify(values).length > MAX_EDIT_BYTES / 4) problems.push(problem("too_large"));
  return problems;
}

/** A rep may say once, of a new record, what only a manager changes later, and only where a new one must have it. */
function isForbidden(field: FieldType, isRep: boolean, isNew: boolean): boolean {
  return isRep && (field.hidden === true || (field.manager === true && !(isNew && field.required === true)));
}

interface Found {
  readonly code: WriteProblemCode;
  readonly limit?: number;
}

const MAX_ELEMENT = 80;
const WRONG: Found = { code: "wrong_type" };

function problemOfValue(field: FieldType, value: unknown): Found | null {
  if (value === null) {
    if (field.required) return { code: "missing_field" };
    return field.nullable ? null : WRONG;
  }
  switch (field.type) {
    case "text":
      return problemOfText(field, value);
    case "choice":
      if (typeof value !== "string") return WRONG;
      return field.choices?.includes(value) ? null : { code: "not_a_choice" };
    case "integer":
      return problemOfInteger(field, value);
    case "boolean":
      return typeof value === "boolean" ? null : WRONG;
    case "list":
      return Array.isArray(value) && isJson(value) ? null : WRONG;
    case "object":
    case "any":
      return isJson(value) ? null : WRONG;
    case "set":
      return problemOfSet(value);
    case "counter":
      return hasKeys(value, ["plus"]) && Number.isSafeInteger(value.plus) ? null : WRONG;
    case "log":
      return hasKeys(value, ["append"]) ? problemOfText(field, value.append) : WRONG;
  }
}

function problemOfText(field: FieldType, value: unknown): Found | null {
  if (typeof value !== "string" || value.includes("\0") || !value.isWellFormed()) return WRONG;
  if (field.required && value.trim() === "") return { code: "missing_field" };
  if (field.max_length !== undefined && [...value].length > field.max_length) {
    return { code: "too_long", limit: field.max_length };
  }
  if (field.ref !== undefined && !isId(value)) return { code: "bad_id" };
  return matches(field, value) ? null : WRONG;
}

const expressions = new Map<string, RegExp>();

function matches({ pattern }: FieldType, value: string): boolean {
  if (pattern === undefined) return true;
  const expression = expressions.get(pattern) ?? new RegExp(pattern, "u");
  expressions.set(pattern, expression);
  return expression.test(value);
}

function problemOfInteger(field: FieldType, value: unknown): Found | null {
  if (!Number.isSafeInteger(value)) return WRONG;
  const number = value as number;
  if (field.minimum !== undefined && number < field.minimum) return { code: "too_small", limit: field.minimum };
  if (field.maximum !== undefined && number > field.maximum) return { code: "too_great", limit: field.maximum };
  return null;
}

function problemOfSet(value: unknown): Found | null {
  if (!hasKeys(value, ["add", "remove"])) return WRONG;
  for (const list of [value.add, value.remove]) {
    if (!Array.isArray(list)) return WRONG;
    for (const element of list) {
      if (typeof element !== "string" || element === "" || element.includes("\0")) return WRONG;
      if ([...element].length > MAX_ELEMENT) return { code: "too_long", limit: MAX_ELEMENT };
    }
  }
  return null;
}

function hasKeys(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && keys.every((key) => Object.hasOwn(value, key));
}

/** Tells whether a value can go over the wire: no floats, no NUL, nothing but JSON. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "string") return !value.includes("\0") && value.isWellFormed();
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  return Object.values(value).every(isJson);
}

function isRoot(root: string): boolean {
  return root === SHARED_ROOT || isId(root);
}

/** Returns what the validation needs of a record's values. */
export function knownOf(kind: Kind, root: string, values: { readonly [field: string]: unknown }): Known {
  const declared = ENTITY_TYPES[kind].fields;
  return { root, fields: new Set(Object.keys(values).filter((name) => Object.hasOwn(declared, name))) };
}

/** The fields that a new record must have. */
export function requiredOf(kind: Kind): ReadonlySet<string> {
  const fields = Object.values(ENTITY_TYPES[kind].fields);
  return new Set(fields.filter(({ required }) => required === true).map(({ name }) => name));
}

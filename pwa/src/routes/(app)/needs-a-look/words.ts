/** What needs a look, in plain words. */
import type { Version } from "#lib/domain/attention";
import { fmt, m } from "#lib/i18n";
import { KIND_LABELS } from "#lib/i18n/fields";
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen";

/** Tells whether this version of the app knows a kind. */
export const isKind = (kind: string): kind is Kind => Object.hasOwn(ENTITY_TYPES, kind);

/** `Deal · Autumn pack`; only what the record is where it has no title; what is kept in a custom field is called by that. */
export function recordText(kind: string, label: string, custom = ""): string {
  if (custom !== "") return custom;
  if (!isKind(kind)) return label;
  const what = KIND_LABELS[kind]();
  return label === "" || kind === "note" ? what : m.history_of({ kind: what, name: label });
}

/** Why an edit was refused, by the code that the server gave and the label of the field, "" for none. */
export function reasonText(code: string, label: string): string {
  switch (code) {
    case "wrong_type":
      return label === "" ? m.look_reason_other() : m.look_reason_value({ field: label });
    case "missing_field":
      return label === "" ? m.look_reason_other() : m.look_reason_missing({ field: label });
    case "too_large":
      return m.look_reason_long();
    case "unknown_kind":
    case "unknown_field":
      return m.look_reason_unknown();
    case "forbidden":
      return m.look_reason_forbidden();
    case "forbidden_field":
      return label === "" ? m.look_reason_forbidden() : m.look_reason_field({ field: label });
    case "foreign_root":
      return m.look_reason_root();
    case "missing_root":
      return m.look_reason_no_root();
    case "bad_stamp":
      return m.look_reason_time();
    case "custody_full":
      return m.look_reason_full();
    case "not_found":
      return m.look_reason_removed();
    case "taken":
      return m.look_reason_taken();
    case "internal":
    case "unavailable":
      return m.look_reason_fault();
    default:
      return m.look_reason_other();
  }
}

/** Why the server keeps an edit instead of applying it. */
export function heldText(code: string): string {
  if (code === "missing_root") return m.look_held_root();
  return code === "internal" ? m.look_held_fault() : m.look_held_forbidden();
}

/** As `recordText`, for a line about one of its fields: "" of a customer, and where the field is called by what is kept in it. */
export const besideField = (kind: string, label: string, custom: string): string =>
  kind === "customer" || custom !== "" ? "" : recordText(kind, label);

/** Who wrote one of two values, and when; what was written since names nobody where it is not known who it was. */
export function versionText({ person, personName, at }: Version, me: string, isChanged = false): string {
  if (isChanged && person === "" && at !== null) return fmt.moment(at);
  return byText(person === me ? m.look_you_here() : personName, at);
}

/** `Anna Nowak, 14 Nov, 9:12` */
export function byText(who: string, at: number | null): string {
  const name = who === "" ? m.look_somebody() : fmt.isolated(who);
  return at === null ? name : m.look_by({ who: name, when: fmt.moment(at) });
}

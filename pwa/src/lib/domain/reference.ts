/** What a record's values point to, so that they can be shown by name. */
import type { RecordRef } from "#lib/store/queries/record";
import { isId } from "$sync/identifier";
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen";
import { entryOf } from "./answer";

const isKind = (name: string): name is Kind => Object.hasOwn(ENTITY_TYPES, name);

/** The records that these values of a kind name, each once; the products of an order's lines and of a visit's answers, and whom a list is filtered by, too. */
export function referencesOf(kind: Kind, values: Readonly<Record<string, unknown>>): readonly RecordRef[] {
  const found = new Map<string, RecordRef>();
  for (const [name, value] of Object.entries(values)) {
    const ref = ENTITY_TYPES[kind].fields[name]?.ref;
    if (ref !== undefined && isKind(ref) && typeof value === "string") found.set(value, { kind: ref, id: value });
    if (kind === "visit" && name === "answers")
      for (const id of answeredIn(value)) found.set(id, { kind: "product", id });
    if (kind === "saved_list" && name === "filters") for (const ref of filteredIn(value)) found.set(ref.id, ref);
    if (!Array.isArray(value)) continue;
    for (const item of value) {
      const product: unknown = typeof item === "object" && item !== null ? item.product : undefined;
      if (typeof product === "string") found.set(product, { kind: "product", id: product });
    }
  }
  return [...found.values()];
}

const FILTERED: Readonly<Record<string, Kind>> = { owner: "person", territory: "territory" };

/** The people and the territories that a list is filtered by; "me" is nobody in particular. */
function filteredIn(filters: unknown): readonly RecordRef[] {
  if (!Array.isArray(filters)) return [];
  return filters.flatMap((filter: unknown) => {
    const { name, values } = (filter ?? {}) as { readonly name?: unknown; readonly values?: unknown };
    const kind = typeof name === "string" && Object.hasOwn(FILTERED, name) ? FILTERED[name] : undefined;
    if (kind === undefined || !Array.isArray(values)) return [];
    return values.flatMap((id: unknown) => (typeof id === "string" && isId(id) ? [{ kind, id }] : []));
  });
}

/** The ids among the answers of a log, or of a part of one. */
function answeredIn(log: unknown): readonly string[] {
  if (typeof log !== "object" || log === null) return [];
  return Object.values(log).flatMap((line: unknown) => {
    const answer = typeof line === "string" ? entryOf(line)?.[2] : null;
    return typeof answer === "string" && isId(answer) ? [answer] : [];
  });
}

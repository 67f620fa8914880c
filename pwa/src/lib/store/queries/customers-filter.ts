/** What a list of customers asks for, as SQL. */
import { DEVICE_WIDTH } from "$sync/clock.ts";
import { normalise } from "$sync/normalise.ts";
import type { CustomerPhase, CustomerRelation, CustomerValueClass } from "$sync/schema.gen.ts";
import type { SqlValue } from "../database.ts";
import { circleAround, type Place, type Take } from "./around.ts";

/** Which customers the list shows. */
export type CustomersFilter =
  | { readonly name: "all" }
  | { readonly name: "mine"; readonly owner: string }
  /** The nearest to `here`, nearest first whatever `sort` says. */
  | { readonly name: "near" }
  | { readonly name: "value_class"; readonly value_class: CustomerValueClass }
  | { readonly name: "phase"; readonly phase: CustomerPhase }
  /** Everything that is said here holds. */
  | ({ readonly name: "every" } & CustomersConditions);

/** Several conditions at once; of each list one must hold. */
export interface CustomersConditions {
  readonly owners?: readonly string[];
  /** No visit at this instant or later, the never visited included; UTC milliseconds. */
  readonly unseenSince?: number;
  /** Metres from `here`; nobody where that is not known. */
  readonly within?: number;
  readonly valueClasses?: readonly CustomerValueClass[];
  readonly phases?: readonly CustomerPhase[];
  readonly relations?: readonly CustomerRelation[];
  readonly territories?: readonly string[];
  readonly cities?: readonly string[];
  readonly tags?: readonly string[];
}

/** A condition and its values, numbered from ?2. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether the number of those it holds for can be remembered until a record changes: the way moves others. */
  readonly isSteady: boolean;
}

/** The condition of a filter. */
export function conditionOf(filter: CustomersFilter, here: Place | undefined): Condition {
  switch (filter.name) {
    case "all":
    case "near":
      return conditionOfEvery({}, here);
    case "mine":
      return conditionOfEvery({ owners: [filter.owner] }, here);
    case "value_class":
      return conditionOfEvery({ valueClasses: [filter.value_class] }, here);
    case "phase":
      return conditionOfEvery({ phases: [filter.phase] }, here);
    case "every":
      return conditionOfEvery(filter, here);
  }
}

function conditionOfEvery(every: CustomersConditions, here: Place | undefined): Condition {
  const values: SqlValue[] = [];
  const take = (value: SqlValue) => `?${values.push(value) + 1}`;
  // One value is a plain comparison, which the lists' own indexes answer in order.
  const anyOf = (column: string, wanted: readonly string[] | undefined) =>
    wanted === undefined || wanted.length === 0
      ? []
      : [
          wanted.length === 1
            ? `${column} = ${take(wanted[0] ?? "")}`
            : `${column} IN (${wanted.map(take).join(", ")})`,
        ];
  const parts = [
    "deleted IS NOT 1",
    ...anyOf("owner", every.owners),
    ...anyOf("value_class", every.valueClasses),
    ...anyOf("phase", every.phases),
    ...anyOf("relation", every.relations),
    ...anyOf("territory", every.territories),
    ...anyOf("city", every.cities),
    ...unseen(every.unseenSince, take),
    ...inside(every.within, here, take),
    ...tagged(every.tags, take),
  ];
  const isSteady = every.within === undefined;
  return { sql: parts.join(" AND "), values, isSteady };
}

function unseen(since: number | undefined, take: Take): string[] {
  return since === undefined ? [] : [`(last_visit_at IS NULL OR last_visit_at < ${take(since)})`];
}

function inside(metres: number | undefined, here: Place | undefined, take: Take): string[] {
  if (metres === undefined) return [];
  return here === undefined ? ["0"] : circleAround(here, metres, take);
}

/**
 * An element is in the set where one of its stamps is not below the same device's remove (SPEC R12). The folded text, which holds
 * every tag, spares the reading of nearly all documents.
 */
function tagged(tags: readonly string[] | undefined, take: Take): string[] {
  if (tags === undefined || tags.length === 0) return [];
  const words = tags.map((tag) => `instr(t.text, ${take(normalise(tag).split(" ", 1)[0] ?? "")}) > 0`);
  return [
    `EXISTS (SELECT 1 FROM customer_text t WHERE t.n = customer.n AND (${words.join(" OR ")}))`,
    `EXISTS (SELECT 1 FROM json_each(doc, '$.v.tags') e, json_each(e.value, '$[0]') a WHERE e.key IN (${tags.map(take).join(", ")})
       AND NOT EXISTS (SELECT 1 FROM json_each(e.value, '$[1]') r
         WHERE r.value >= a.value AND substr(r.value, -${DEVICE_WIDTH}) = substr(a.value, -${DEVICE_WIDTH})))`,
  ];
}

/**
 * What hangs on a deleted customer is gone with him: the column `deleted` of its row says so, whatever its own document says, so that
 * every list and sum leaves it out by the index that it has (docs/decisions/0240). A customer who is not on this device takes nothing with him.
 */
import { ENTITY_TYPES, type Kind } from "$sync/schema.gen.ts";
import type { Database } from "./database.ts";

/** Held edits and conflicts are about records: they say themselves what is to be brought back first. */
const NOT_REMOVED: readonly string[] = ["held_edit", "conflict"] satisfies Kind[];

/** The kinds whose records are gone with their customer. */
export const BELOW: readonly Kind[] = (Object.keys(ENTITY_TYPES) as Kind[]).filter(
  (kind) => ENTITY_TYPES[kind].home === "root" && !NOT_REMOVED.includes(kind),
);

/** Tells whether records of this kind are gone with their customer. */
export function isBelow(kind: Kind): boolean {
  return BELOW.includes(kind);
}

/** Tells whether the aggregate's root is a customer who is deleted, as far as this device knows. */
export function isRemoved(database: Database, root: string): boolean {
  return database.get("SELECT 1 AS found FROM customer_row WHERE id = ? AND deleted = 1", [root]) !== undefined;
}

/** Customers who were deleted or brought back in one transaction, and what that does to the records below them. */
export class Removals {
  readonly #removedByRoot = new Map<string, boolean>();
  readonly #turned = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Tells whether a record below this root is gone with him. */
  has(root: string): boolean {
    const known = this.#removedByRoot.get(root) ?? isRemoved(this.database, root);
    this.#removedByRoot.set(root, known);
    return known;
  }

  /** Notes what a customer is from now on, given what he was. */
  note(customer: string, was: boolean, is: boolean): void {
    this.#removedByRoot.set(customer, is);
    if (was !== is) this.#turned.add(customer);
  }

  /** Takes away and brings back what hangs on those who have turned; returns them, and the kinds of which anything changed. */
  finish(): { readonly customers: readonly string[]; readonly kinds: readonly Kind[] } {
    const customers = [...this.#turned];
    this.#turned.clear();
    if (customers.length === 0) return { customers, kinds: [] };
    const among = JSON.stringify(customers);
    const kinds = BELOW.filter(
      (kind) =>
        this.database.run(
          `UPDATE "${kind}_row" SET deleted = iif(
             EXISTS (SELECT 1 FROM customer_row c WHERE c.id = "${kind}_row".root AND c.deleted = 1), 1,
             (SELECT doc ->> '$.v.deleted' FROM "${kind}_doc" d WHERE d.n = "${kind}_row".n))
           WHERE root IN (SELECT value FROM json_each(?))`,
          [among],
        ) > 0,
    );
    return { customers, kinds };
  }
}

/** Takes away what hangs on every deleted customer; once, when the first load is complete and the indexes exist. */
export function removeBelow(database: Database): void {
  if (database.get("SELECT 1 AS found FROM customer_row WHERE deleted = 1 LIMIT 1") === undefined) return;
  for (const kind of BELOW) {
    database.run(
      `UPDATE "${kind}_row" SET deleted = 1 WHERE root IN (SELECT id FROM customer_row WHERE deleted = 1) AND deleted IS NOT 1`,
    );
  }
}

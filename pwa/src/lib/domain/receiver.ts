/** Whom something may be given to: nobody hears of what he cannot see. */
import type { PersonRole } from "$sync/schema.gen";

/** What is given: a customer's, or a person's own. */
export interface Given {
  readonly root: string;
  readonly customer?: string | null | undefined;
}

/** True for what lies in its owner's own bucket, which is granted to nobody else. */
export const isPersonal = ({ customer }: Given): boolean => typeof customer !== "string";

/**
 * Whether somebody can receive it. `readers` are those who see the customer, null where that is not known: then whoever looks at it
 * does, and every administrator.
 */
export function mayReceive(
  given: Given,
  person: { readonly id: string; readonly role: PersonRole },
  readers: readonly string[] | null,
  self: string,
): boolean {
  if (isPersonal(given)) return person.id === given.root;
  if (readers !== null) return readers.includes(person.id);
  return person.id === self || person.role === "administrator";
}

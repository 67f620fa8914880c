/** What the roles of people are called; apart from the words of all other fields, because the sign-in says them. */
import type { PersonRole } from "$sync/schema.gen";
import { m } from "./words.svelte";

export const ROLE_LABELS = {
  rep: m.fields_role_rep,
  manager: m.fields_role_manager,
  administrator: m.fields_role_administrator,
} satisfies Readonly<Record<PersonRole, () => string>>;

/** What a person may do: his own record and the view say it, from when they are on the device; it changes while he is signed in. */
import { ENTITY_TYPES, type PersonRole } from "$sync/schema.gen.ts";
import type { Account } from "./account.ts";
import type { Database } from "./database.ts";
import { readMeta } from "./meta.ts";

/**
 * Returns the role that somebody has by now. The view is that of his account (SPEC R35): a restored book may have a record of before he
 * was made a rep.
 */
export function roleOf(database: Database, signedIn: Account): PersonRole {
  const view = readMeta(database, "view");
  if (view === "rep") return "rep";
  const role = recordedRole(database, signedIn.person) ?? signedIn.role;
  return view === "full" && role === "rep" ? "manager" : role;
}

/** What his record says; null where it is not here, or says what this version does not know. */
function recordedRole(database: Database, person: string): PersonRole | null {
  const sql = "SELECT role FROM person WHERE id = ? AND deleted IS NOT 1";
  const role = database.get<{ role: string | null }>(sql, [person])?.role ?? null;
  return role !== null && isRole(role) ? role : null;
}

function isRole(role: string): role is PersonRole {
  return ENTITY_TYPES.person.fields.role?.choices?.includes(role) ?? false;
}

/**
 * The closed sets that an answer is read by, written out: where the schema stands all of it stands, and the sign-in needs nothing else
 * of it. The compiler holds them to it: none too few, none too many.
 */
import type { PersonRole, ProblemCode } from "$sync/schema.gen";

const namesOf = <T extends string>(names: Readonly<Record<T, true>>): readonly T[] => Object.keys(names) as T[];

export const ROLES = namesOf<PersonRole>({ rep: true, manager: true, administrator: true });

export const PROBLEMS = namesOf<ProblemCode>({
  malformed: true,
  too_large: true,
  future_protocol: true,
  unknown_kind: true,
  unknown_field: true,
  wrong_type: true,
  missing_field: true,
  bad_stamp: true,
  foreign_root: true,
  missing_root: true,
  forbidden: true,
  forbidden_field: true,
  custody_full: true,
  gap: true,
  not_signed_in: true,
  session_expired: true,
  wrong_credentials: true,
  rate_limited: true,
  wrong_device: true,
  device_revoked: true,
  not_found: true,
  method_not_allowed: true,
  unsupported_type: true,
  taken: true,
  wrong_offset: true,
  wrong_digest: true,
  wrong_content: true,
  no_space: true,
  unavailable: true,
  internal: true,
});

/** Why the server does not take a file, in words: everywhere the same. */
import { m } from "#lib/i18n";
import { apiProblemText } from "#lib/shell/api";
import type { ProblemCode } from "$sync/schema.gen";

/** The sentence for a file that was not taken. */
export const fileRefusal = (code: ProblemCode): string =>
  code === "wrong_digest" ? m.files_damaged() : apiProblemText({ code, field: "", retryAfter: 0 });

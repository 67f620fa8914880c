/** The network as screens use it for the few things that are not sync; see lib/api. */
import type { ApiContext, ApiProblem } from "#lib/api/client";
import { m, reader } from "#lib/i18n";
import { showWait } from "#lib/i18n/format";

export const api: ApiContext = {
  fetch: (input, init) => fetch(input, init),
  isOnline: () => navigator.onLine,
};

/** Says why a request failed, and what to do. */
export function apiProblemText(problem: ApiProblem): string {
  switch (problem.code) {
    case "offline":
      return m.signin_offline();
    case "no_answer":
      return m.signin_no_answer();
    case "rate_limited":
      return m.errors_rate_limited({ wait: showWait(problem.retryAfter, reader) });
    case "wrong_credentials":
      return m.errors_wrong_credentials();
    case "not_signed_in":
    case "session_expired":
    case "wrong_device":
      return m.errors_signed_out();
    case "device_revoked":
      return m.errors_device_revoked();
    case "forbidden":
    case "forbidden_field":
      return m.errors_forbidden();
    case "not_found":
      return m.errors_not_found();
    case "too_large":
      return m.errors_too_large();
    case "future_protocol":
      return m.errors_update_needed();
    case "no_space":
      return m.errors_no_space();
    case "wrong_content":
      return m.errors_wrong_content();
    case "unavailable":
      return m.errors_unavailable();
    case "internal":
      return m.errors_internal();
    default:
      return m.errors_malformed();
  }
}

import type { FieldProblem } from "#lib/domain/field";
import { fmt, m } from "#lib/i18n";

/** Says why something typed cannot be saved. */
export function problemText(problem: FieldProblem): string {
  switch (problem.code) {
    case "required":
      return m.fields_required();
    case "too_long":
      return m.fields_too_long({ limit: fmt.number(problem.limit) });
    case "not_a_number":
      return m.fields_not_a_number();
    case "too_precise":
      return problem.digits === 0 ? m.fields_not_whole() : m.fields_too_precise({ count: problem.digits });
    case "two_readings":
      return m.fields_two_readings({ grouped: fmt.number(problem.grouped), decimal: fmt.number(problem.decimal) });
    case "out_of_range":
      return m.fields_out_of_range({ low: fmt.number(problem.low), high: fmt.number(problem.high) });
    case "not_a_day":
      return m.fields_not_a_day({ example: problem.example });
    case "not_an_email":
      return m.fields_not_an_email();
    case "not_a_link":
      return m.fields_not_a_link();
  }
}

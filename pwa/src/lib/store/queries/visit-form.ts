import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";

/** Every visit form, those not in use as well: old answers are read by them. By name. */
export const visitFormList = defineQuery<Record<string, never>, Visible<"visit_form">[]>({
  reads: ["visit_form"],
  run(database) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM visit_form WHERE deleted IS NOT 1 ORDER BY active IS 0, sort_key LIMIT 200",
    );
    return ids.flatMap(({ id }) => readVisible(database, "visit_form", id) ?? []);
  },
});

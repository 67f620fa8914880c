import { defineQuery } from "../query.ts";
import { readVisible, type Visible } from "../visible.ts";

/** Every custom field in its order, the archived ones last: old values are read by them. */
export const customFieldList = defineQuery<Record<string, never>, Visible<"custom_field">[]>({
  reads: ["custom_field"],
  run(database) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM custom_field WHERE deleted IS NOT 1 ORDER BY archived IS 1, position IS NULL, position, id LIMIT 500",
    );
    return ids.flatMap(({ id }) => readVisible(database, "custom_field", id) ?? []);
  },
});

/** What a customer has in custom fields, those of fields that this device does not know as well. */
export const customValuesOfCustomer = defineQuery<{ customer: string }, Visible<"custom_value">[]>({
  reads: ["custom_value"],
  run(database, { customer }) {
    const ids = database.all<{ id: string }>(
      "SELECT id FROM custom_value WHERE customer = ? AND deleted IS NOT 1 ORDER BY id LIMIT 500",
      [customer],
    );
    return ids.flatMap(({ id }) => readVisible(database, "custom_value", id) ?? []);
  },
});

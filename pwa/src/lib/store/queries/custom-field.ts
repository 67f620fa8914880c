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

/** Whether a customer on this device has a value in a custom field. */
export const customFieldIsUsed = defineQuery<{ field: string }, boolean>({
  reads: ["custom_value"],
  run(database, { field }) {
    const sql = "SELECT EXISTS (SELECT 1 FROM custom_value WHERE custom_field = ? AND deleted IS NOT 1) AS used";
    return database.get<{ used: number }>(sql, [field])?.used === 1;
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

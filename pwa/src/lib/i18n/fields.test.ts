import { expect, test } from "vitest";
import { ENTITY_TYPES } from "$sync/schema.gen";
import { CHOICE_LABELS, choiceLabel } from "./choices";
import { FIELD_LABELS, fieldLabel, KIND_LABELS } from "./fields";

const declared = Object.entries(ENTITY_TYPES).flatMap(([kind, type]) =>
  Object.values(type.fields).map((field) => ({ kind, field })),
);

test("every kind of the schema has its word", () => {
  expect(Object.keys(KIND_LABELS)).toEqual(Object.keys(ENTITY_TYPES));
});

test("every field of the schema has its word, and no word is left without a field", () => {
  const words = Object.entries(FIELD_LABELS).flatMap(([kind, labels]) =>
    Object.keys(labels).map((f) => `${kind}.${f}`),
  );
  expect(words.sort()).toEqual(declared.map(({ kind, field }) => `${kind}.${field.name}`).sort());
});

test("every choice of the schema has its word", () => {
  const choices = declared.flatMap(({ kind, field }) =>
    (field.choices ?? []).map((value) => `${kind}.${field.name}.${value}`),
  );
  const words = Object.entries(CHOICE_LABELS).flatMap(([kind, fields]) =>
    Object.entries(fields).flatMap(([field, labels]) =>
      Object.keys(labels).map((value) => `${kind}.${field}.${value}`),
    ),
  );
  expect(words.sort()).toEqual(choices.sort());
});

test("a field or choice of a newer schema is shown by its own name", () => {
  expect(fieldLabel("customer", "loyalty_card")).toBe("loyalty_card");
  expect(choiceLabel("customer", "phase", "dormant")).toBe("dormant");
  const type = "audit" as "call"; // a record may hold what only the server's newer schema knows
  expect(CHOICE_LABELS.task.type[type]()).toBe("audit");
});

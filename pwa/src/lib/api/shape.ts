/** Reading answers whose shape is only known at run time. Each function throws TypeError where the shape is another. */

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not an object");
  return value as Readonly<Record<string, unknown>>;
}

export function listOf<T>(value: unknown, read: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new TypeError("not a list");
  return value.map(read);
}

export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}

export function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("not a number");
  return value;
}

/** `read` of a value that may be absent or null. */
export const optional = <T>(value: unknown, read: (present: unknown) => T): T | null =>
  value === undefined || value === null ? null : read(value);

/** One of a closed set of words. */
export function choiceOf<T extends string>(value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new TypeError("not a choice");
  return found;
}

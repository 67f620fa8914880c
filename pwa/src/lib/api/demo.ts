/** Whether the server shows the demo team, and whom one can be there. */
import type { PersonRole } from "$sync/schema.gen";
import { type ApiContext, request } from "./client";
import { ROLES } from "./names";
import { choiceOf, listOf, objectOf, optional, textOf } from "./shape";

/** The people of the demo and the password that all of them have. */
export interface DemoHint {
  readonly password: string;
  readonly people: readonly { readonly email: string; readonly name: string; readonly role: PersonRole }[];
}

const hintOf = (answer: unknown): DemoHint => {
  const { password, people } = objectOf(answer);
  return {
    password: textOf(password),
    people: listOf(people, (item) => {
      const { email, name, role } = objectOf(item);
      return { email: textOf(email), name: textOf(name), role: choiceOf(role, ROLES) };
    }),
  };
};

/** The hint that only a demo server gives, null from any other or without an answer. */
export async function findDemo(context: ApiContext): Promise<DemoHint | null> {
  const result = await request(context, "GET", "/api/health", (answer) => optional(objectOf(answer).demo, hintOf));
  return result.ok ? result.value : null;
}

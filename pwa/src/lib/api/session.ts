/** Signing in and out, and one's own password. */
import type { Account } from "#lib/store/account";
import { type ApiContext, type ApiResult, request } from "./client";
import { ROLES } from "./names";
import { choiceOf, numberOf, objectOf, textOf } from "./shape";

/** What a device tells of itself when its person signs in. */
export interface DeviceOffer {
  readonly name: string;
  readonly platform: string;
  /** The number that the server gave it before; only while the data of that sign-in is still on the device. */
  readonly number?: number;
}

const accountOf = (answer: unknown): Account => {
  const { person, name, role, device } = objectOf(answer);
  return {
    person: textOf(person),
    name: textOf(name),
    role: choiceOf(role, ROLES),
    device: numberOf(device),
  };
};

/** Signs in; wrong_credentials, rate_limited, offline and no_answer are to be expected. */
export const signIn = (
  context: ApiContext,
  email: string,
  password: string,
  device: DeviceOffer,
): Promise<ApiResult<Account>> => request(context, "POST", "/api/session", accountOf, { email, password, device });

/** Ends the session at the server. The device's data is another matter: `store.signOut()`. */
export const endSession = (context: ApiContext): Promise<ApiResult<null>> =>
  request(context, "DELETE", "/api/session", () => null);

/** Changes one's own password; wrong_credentials means the old one. Other devices have to sign in again. */
export const changePassword = (context: ApiContext, old: string, fresh: string): Promise<ApiResult<null>> =>
  request(context, "POST", "/api/password", () => null, { old, new: fresh });

/** The shortest password the server takes. */
export const SHORTEST_PASSWORD = 8;

/** A browser and a system, in words that tell one's own devices apart: `Chrome · Android`. */
export function deviceOffer(userAgent: string, number?: number): DeviceOffer {
  const browser = firstOf(userAgent, {
    Edge: /edg/i,
    Firefox: /firefox|fxios/i,
    Chrome: /chrome|crios/i,
    Safari: /safari/i,
  });
  const system = firstOf(userAgent, {
    Android: /android/i,
    iPhone: /iphone/i,
    iPad: /ipad/i,
    Windows: /windows/i,
    Mac: /macintosh/i,
    Linux: /linux/i,
  });
  const name = [browser, system].filter((part) => part !== "").join(" · ");
  return { name: name === "" ? "browser" : name, platform: system, ...(number === undefined ? {} : { number }) };
}

function firstOf(text: string, patterns: Readonly<Record<string, RegExp>>): string {
  return Object.entries(patterns).find(([, pattern]) => pattern.test(text))?.[0] ?? "";
}

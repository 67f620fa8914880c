/** Who is signed in on this device. Kept outside the store, because it says which store to open. */

/** The person whose data the store holds, and the device's number at the server. */
export interface Account {
  /** The person's id. */
  readonly person: string;
  /** The number that the server gave to this device for this person, 1 to 2^20 − 1. */
  readonly device: number;
  readonly role: "rep" | "manager" | "administrator";
  readonly name: string;
}

const KEY = "routebook.account";
const ROLES: readonly string[] = ["rep", "manager", "administrator"];

/** What of `localStorage` is used here. */
export type KeyValueStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Returns who signed in here last and did not sign out, null if nobody did. */
export function readAccount(storage: KeyValueStorage): Account | null {
  const text = storage.getItem(KEY);
  if (text === null) return null;
  try {
    const found: unknown = JSON.parse(text);
    return isAccount(found) ? found : null;
  } catch {
    return null; // a damaged entry means signing in again; the person's data stays
  }
}

/** Keeps who signed in. */
export function keepAccount(storage: KeyValueStorage, account: Account): void {
  storage.setItem(KEY, JSON.stringify(account));
}

/** Forgets who signed in; the person's data stays until `store.signOut()` drops it. */
export function forgetAccount(storage: KeyValueStorage): void {
  storage.removeItem(KEY);
}

function isAccount(value: unknown): value is Account {
  return (
    typeof value === "object" &&
    value !== null &&
    "person" in value &&
    typeof value.person === "string" &&
    "device" in value &&
    Number.isInteger(value.device) &&
    "name" in value &&
    typeof value.name === "string" &&
    "role" in value &&
    typeof value.role === "string" &&
    ROLES.includes(value.role)
  );
}

/** Who is signed in on this device. Kept outside the store, because it says which store to open. */
import { Kept } from "./kept.ts";

/** The person whose data the store holds, and the device's number at the server. */
export interface Account {
  /** The person's id. */
  readonly person: string;
  /** The number that the server gave to this device for this person, 1 to 2^20 − 1. */
  readonly device: number;
  readonly role: "rep" | "manager" | "administrator";
  readonly name: string;
}

const ROLES: readonly string[] = ["rep", "manager", "administrator"];
const kept = new Kept<unknown>("account");

/** Returns who signed in here last and did not sign out, null if nobody did or the browser keeps nothing. */
export async function readAccount(): Promise<Account | null> {
  const found = await kept.read().catch(() => null);
  return isAccount(found) ? found : null; // a damaged entry means signing in again; the person's data stays
}

/** Keeps who signed in; resolves when it is on the disk. Where the browser keeps nothing, he signs in again next time. */
export async function keepAccount(account: Account): Promise<void> {
  await kept.keep(account).catch(() => undefined);
}

/** Forgets who signed in; the person's data stays until `store.signOut()` drops it. */
export async function forgetAccount(): Promise<void> {
  await kept.drop().catch(() => undefined);
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

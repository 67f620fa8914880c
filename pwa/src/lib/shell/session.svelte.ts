/** Who is signed in on this device, and the store that holds this person's book. The composition root of the app. */

import { updates } from "#lib/pwa/updates.svelte";
import { type Account, forgetAccount, keepAccount, readAccount } from "#lib/store/account";
import { openStore, type Store } from "#lib/store/client";
import { version } from "$app/env";
import { shell } from "./shell.svelte";

class Session {
  /** Null before signing in. */
  account = $state.raw<Account | null>(null);
  /** Null until it is open. */
  store = $state.raw<Store | null>(null);
  /** Whether the sheet that asks to sign in again is open. */
  asking = $state(false);

  /** Opens the book of whoever signed in here last; false where nobody is. */
  async resume(): Promise<boolean> {
    if (this.store !== null) return true;
    const account = await readAccount();
    if (account === null) return false;
    if (this.store === null) this.#open(account); // another caller may have been first
    return true;
  }

  /** Opens the book of a person who has just signed in. */
  async enter(account: Account): Promise<void> {
    await keepAccount(account);
    this.#open(account);
  }

  /**
   * Goes on after signing in again. The server mostly knows the device by its number; where it has given a new one, because
   * the old one was revoked or a backup was restored, the store goes on under that, in every tab.
   */
  async renew(account: Account): Promise<void> {
    await keepAccount(account);
    this.#renewed(account);
    if (this.store === null) this.#open(account);
    else this.store.renew(account);
  }

  /** Takes what the book says that its person may do by now: the frame follows, and so does the next start. */
  noteRole(role: Account["role"]): void {
    const { account } = this;
    if (account === null) return;
    this.#show(role);
    if (account.role === role) return;
    this.account = { ...account, role };
    void keepAccount(this.account);
  }

  /** Lets go of the book; the data stays unless the store has dropped it before (`store.signOut`). */
  async leave(): Promise<void> {
    this.store?.close();
    this.store = null;
    this.account = null;
    await forgetAccount();
  }

  #renewed(account: Account): void {
    this.asking = false;
    this.account = account;
  }

  #open(account: Account): void {
    this.account = account;
    this.store = openStore({
      account,
      version,
      renewed: (renewed) => this.#renewed(renewed),
      behind: () => updates.fallBehind(),
    });
    shell.person = account.name;
    this.#show(account.role);
  }

  #show(role: Account["role"]): void {
    shell.role = role === "rep" ? "rep" : "manager";
  }
}

export const session = new Session();

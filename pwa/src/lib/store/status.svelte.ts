import type { StoreStatus } from "./status.ts";
import { INITIAL_STATUS } from "./status.ts";

/** The store's status as a rune: read its fields in a template and they follow. */
export class LiveStatus implements StoreStatus {
  #now = $state.raw<StoreStatus>(INITIAL_STATUS);
  /** By itself: whoever asks for the account must not ask again with every status. */
  #role = $state.raw(INITIAL_STATUS.role);

  get phase() {
    return this.#now.phase;
  }
  get arriving() {
    return this.#now.arriving;
  }
  get waiting() {
    return this.#now.waiting;
  }
  get attention() {
    return this.#now.attention;
  }
  get refused() {
    return this.#now.refused;
  }
  get connection() {
    return this.#now.connection;
  }
  get syncing() {
    return this.#now.syncing;
  }
  get problem() {
    return this.#now.problem;
  }
  get lastContact() {
    return this.#now.lastContact;
  }
  get keeping() {
    return this.#now.keeping;
  }
  get storedBytes() {
    return this.#now.storedBytes;
  }
  get clockOffset() {
    return this.#now.clockOffset;
  }
  get files() {
    return this.#now.files;
  }
  get rescued() {
    return this.#now.rescued;
  }
  get locked() {
    return this.#now.locked;
  }
  /** The last one told. */
  get role() {
    return this.#role;
  }

  /** Replaces everything at once, what a tab of an older version does not tell of too; only the client calls it. */
  set(status: StoreStatus): void {
    this.#now = { ...INITIAL_STATUS, ...status };
    this.#role = status.role ?? this.#role;
  }
}

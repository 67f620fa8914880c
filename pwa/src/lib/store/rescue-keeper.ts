/**
 * Keeps what was rescued out of a damaged file until it is in a new one: in IndexedDB, beside what is kept where the database does not last,
 * because either may be there without the other.
 */
import type { Account } from "./account.ts";
import type { OpenedFile } from "./database.ts";
import { Kept } from "./kept.ts";
import { isWorthIt, rescue, type Settings, withEarlier } from "./rescue.ts";
import type { Rescue } from "./status.ts";
import { StoreError } from "./store-error.ts";
import { everything, type Unsent } from "./unsent.ts";
import { UnsentKeeper } from "./unsent-keeper.ts";

/** Opens the person's file; `isAnew` empties it before. */
export type OpenFile = (person: string, options?: { readonly isAnew: boolean }) => Promise<OpenedFile>;

/** Nothing could be read, and what there was nobody can tell. */
const NOTHING: Rescue = { saved: 0, lost: null, isListWhole: false };

/** One person's. */
export class RescueKeeper {
  readonly #unsent: UnsentKeeper;
  readonly #settings: Kept<Settings>;
  readonly #told: Kept<Rescue>;

  constructor(private readonly account: Account) {
    const name = `${account.person}/rescued`;
    this.#unsent = new UnsentKeeper(name);
    this.#settings = new Kept(`settings/${name}`);
    this.#told = new Kept(`told/${name}`);
  }

  /** Returns what was rescued and is in no file yet, and what the person has not read of it. */
  async read(): Promise<{ unsent: Unsent | null; settings: Settings; told: Rescue | null }> {
    const [unsent, settings, told] = await Promise.all([this.#unsent.read(), this.#settings.read(), this.#told.read()]);
    return { unsent, settings: settings ?? {}, told };
  }

  /**
   * Reads out of the damaged file what is on this device alone, keeps it, and empties the file. StoreError "damaged" where what waited in it
   * cannot be read, unless `isGivenUp`.
   */
  async makeAnew(openFile: OpenFile, isGivenUp: boolean): Promise<void> {
    const { person } = this.account;
    const file = await openFile(person).catch((reason: unknown) => {
      if (StoreError.from(reason).code === "damaged") return null;
      throw reason;
    });
    try {
      if (file === null) await this.#note(isGivenUp);
      else await this.#rescue(file, isGivenUp);
    } finally {
      file?.release();
    }
    (await openFile(person, { isAnew: true })).release();
  }

  async #rescue({ database }: OpenedFile, isGivenUp: boolean): Promise<void> {
    const before = await this.read();
    const found = rescue(database, this.account);
    if (!isWorthIt(found) && !isGivenUp) throw new StoreError("damaged");
    const { unsent, settings, told } = withEarlier(found, before.unsent, before.told);
    await this.#settings.keep({ ...before.settings, ...settings });
    await this.#told.keep(told);
    await this.#unsent.keep(everything(unsent));
  }

  /** Not even the first page could be read. */
  async #note(isGivenUp: boolean): Promise<void> {
    if (!isGivenUp) throw new StoreError("damaged");
    const told = await this.#told.read();
    await this.#told.keep({ ...NOTHING, saved: told?.saved ?? 0 });
  }

  /** Forgets what is in a new file by now. */
  async forgetUnsent(): Promise<void> {
    await this.#unsent.drop();
    await this.#settings.drop();
  }

  /** Forgets what the person has read. */
  async forgetTold(): Promise<void> {
    await this.#told.drop();
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    await this.forgetUnsent();
    await this.forgetTold();
  }
}

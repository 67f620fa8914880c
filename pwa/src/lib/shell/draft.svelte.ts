/** A text being written: saved shortly after each change, so that killing the app loses no word that was shown as saved. */
import { untrack } from "svelte";
import { StoreError } from "#lib/store/store-error";

/**
 * How a text stands: on the disk, on its way there, or not saved: refused, and tried again at the next change, or without room, and
 * tried again by itself.
 */
export type DraftState = "saved" | "saving" | "failed";

/** Saves a text and answers whether it is on the disk. Rejects with StoreError `storage_full` where the device has no room for it. */
export type Write = (text: string) => Promise<boolean>;

/** How often a text that had no room is tried again. */
const ROOM_AGAIN_MS = 3_000;

/** How long it is waited for more to be written, milliseconds. */
export interface Pace {
  readonly pause: number;
  /** Also while somebody dictates without a pause. */
  readonly longest: number;
}

const USUAL: Pace = { pause: 500, longest: 3_000 };

/** What is special about one text. */
export interface Habits {
  readonly pace?: Pace;
  /** What is stored of a text: `write` may leave out the spaces around it, or read it as a number. */
  readonly stored?: (text: string) => string;
  /** What becomes of words that are not saved yet where another device has changed the text; without it they stand alone. */
  readonly merge?: (base: string, theirs: string, mine: string) => string;
  /** Hears of each change of `state`. */
  readonly told?: (draft: Draft) => void;
}

/** Holds one text; `write` saves it. */
export class Draft {
  text = $state("");
  #state = $state<DraftState>("saved");
  #waitsForRoom = $state(false);
  /** The text that is on the disk, as it was written. */
  #kept: string;
  /** What was stored when `adopt` was last told. */
  #seen: string;
  /** What has been written since, in its order: each comes round, and what it replaces may be read once more before. */
  #own: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #roomTimer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  /** The write that is on its way, so that leaving the field and finishing the visit do not save the same words twice. */
  #underway: { readonly text: string; readonly done: Promise<void> } | null = null;
  readonly #write: Write;
  readonly #clock: () => number;
  readonly #habits: Required<Habits>;

  constructor(text: string, write: Write, clock: () => number, habits: Habits = {}) {
    this.text = text;
    this.#kept = text;
    this.#seen = text;
    this.#write = write;
    this.#clock = clock;
    this.#habits = {
      ...{ pace: USUAL, stored: (text) => text, merge: (_base, _theirs, mine) => mine, told: () => {} },
      ...habits,
    };
  }

  get state(): DraftState {
    return this.#state;
  }

  /** Whether the device had no room for the text when it was to be saved last. */
  get waitsForRoom(): boolean {
    return this.#waitsForRoom;
  }

  #stand(state: DraftState, waitsForRoom = false): void {
    this.#state = state;
    this.#waitsForRoom = waitsForRoom;
    this.#habits.told(this);
  }

  /** Call at each change of `text`. */
  changed(): void {
    if (this.#timer === undefined) this.#since = this.#clock();
    this.#callOff();
    this.#stand("saving");
    const { pause, longest } = this.#habits.pace;
    const left = longest - (this.#clock() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(pause, left)));
  }

  /** Saves now what is not saved yet: on leaving the field, on hiding or closing the page. */
  async flush(): Promise<void> {
    this.#callOff();
    const text = this.text;
    if (!this.#isSame(text, this.#underway?.text ?? this.#kept)) {
      this.#stand("saving");
      this.#underway = { text, done: this.#save(text) };
    } else if (this.#underway === null) {
      this.#stand("saved");
    }
    await this.#underway?.done;
  }

  async #save(text: string): Promise<void> {
    const stored = this.#habits.stored(text);
    this.#own = [...this.#own, stored];
    const isSaved = await this.#write(text).catch((reason: unknown) => {
      if (StoreError.from(reason).code !== "storage_full") throw reason;
      return null;
    });
    if (this.#underway?.text === text) this.#underway = null;
    if (isSaved === true) this.#kept = text;
    else this.#own = this.#own.filter((one) => one !== stored);
    if (this.#timer !== undefined || this.#underway !== null) return;
    this.#stand(isSaved === true ? "saved" : "failed", isSaved === null);
    if (isSaved === null) this.#roomTimer = setTimeout(() => void this.flush(), ROOM_AGAIN_MS);
  }

  #isSame(text: string, other: string): boolean {
    return text === other || this.#habits.stored(text) === this.#habits.stored(other);
  }

  #callOff(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#roomTimer);
    this.#timer = undefined;
  }

  /**
   * Tells what is stored, as often as it is read. What comes from here changes nothing, neither late nor read once more as it was
   * before; what another device has changed is shown, and what is not saved yet stays in it.
   */
  adopt(stored: string): void {
    // Who calls it follows what is stored, never how the text stands here.
    untrack(() => {
      const own = this.#own.indexOf(stored);
      this.#own = this.#own.slice(own + 1);
      const isKnown = own >= 0 || stored === this.#seen;
      this.#seen = stored;
      if (!isKnown) this.#take(stored);
    });
  }

  #take(theirs: string): void {
    const { stored, merge } = this.#habits;
    const isSaved = this.#isSame(this.text, this.#kept);
    this.text = isSaved ? theirs : merge(stored(this.#kept), theirs, this.text);
    this.#kept = theirs;
    if (this.#underway !== null || !this.#isSame(this.text, theirs)) this.changed();
    else {
      this.#callOff();
      this.#stand("saved");
    }
  }
}

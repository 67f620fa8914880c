/** A text being written: saved shortly after each change, so that killing the app loses no word that was shown as saved. */
import { untrack } from "svelte";

/** How a text stands: on the disk, on its way there, or refused (and tried again at the next change). */
export type DraftState = "saved" | "saving" | "failed";

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
}

/** Holds one text; `write` saves it and answers whether it is on the disk. */
export class Draft {
  text = $state("");
  state = $state<DraftState>("saved");
  /** The text that is on the disk, as it was written. */
  #kept: string;
  /** What was stored when `adopt` was last told. */
  #seen: string;
  /** What has been written since, in its order: each comes round, and what it replaces may be read once more before. */
  #own: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  /** The write that is on its way, so that leaving the field and finishing the visit do not save the same words twice. */
  #underway: { readonly text: string; readonly done: Promise<void> } | null = null;
  readonly #write: (text: string) => Promise<boolean>;
  readonly #clock: () => number;
  readonly #habits: Required<Habits>;

  constructor(text: string, write: (text: string) => Promise<boolean>, clock: () => number, habits: Habits = {}) {
    this.text = text;
    this.#kept = text;
    this.#seen = text;
    this.#write = write;
    this.#clock = clock;
    this.#habits = { pace: USUAL, stored: (text) => text, merge: (_base, _theirs, mine) => mine, ...habits };
  }

  /** Call at each change of `text`. */
  changed(): void {
    if (this.#timer === undefined) this.#since = this.#clock();
    clearTimeout(this.#timer);
    this.state = "saving";
    const { pause, longest } = this.#habits.pace;
    const left = longest - (this.#clock() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(pause, left)));
  }

  /** Saves now what is not saved yet: on leaving the field, on hiding or closing the page. */
  async flush(): Promise<void> {
    this.#callOff();
    const text = this.text;
    if (!this.#isSame(text, this.#underway?.text ?? this.#kept)) {
      this.state = "saving";
      this.#underway = { text, done: this.#save(text) };
    } else if (this.#underway === null) {
      this.state = "saved";
    }
    await this.#underway?.done;
  }

  async #save(text: string): Promise<void> {
    const stored = this.#habits.stored(text);
    this.#own = [...this.#own, stored];
    const isSaved = await this.#write(text);
    if (this.#underway?.text === text) this.#underway = null;
    if (isSaved) this.#kept = text;
    else this.#own = this.#own.filter((one) => one !== stored);
    if (this.#timer === undefined && this.#underway === null) this.state = isSaved ? "saved" : "failed";
  }

  #isSame(text: string, other: string): boolean {
    return text === other || this.#habits.stored(text) === this.#habits.stored(other);
  }

  #callOff(): void {
    clearTimeout(this.#timer);
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
      this.state = "saved";
    }
  }
}

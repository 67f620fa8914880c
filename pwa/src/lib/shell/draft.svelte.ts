/** A text being written: saved shortly after each change, so that killing the app loses no word that was shown as saved. */

/** How a text stands: on the disk, on its way there, or refused (and tried again at the next change). */
export type DraftState = "saved" | "saving" | "failed";

/** How long it is waited for more to be written, milliseconds. */
export interface Pace {
  readonly pause: number;
  /** Also while somebody dictates without a pause. */
  readonly longest: number;
}

const USUAL: Pace = { pause: 500, longest: 3_000 };

/** Holds one text; `write` saves it and answers whether it is on the disk. */
export class Draft {
  text = $state("");
  state = $state<DraftState>("saved");
  #kept: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  /** The write that is on its way, so that leaving the field and finishing the visit do not save the same words twice. */
  #underway: { readonly text: string; readonly done: Promise<void> } | null = null;
  readonly #write: (text: string) => Promise<boolean>;
  readonly #clock: () => number;

  readonly #pace: Pace;

  constructor(text: string, write: (text: string) => Promise<boolean>, clock: () => number, pace: Pace = USUAL) {
    this.text = text;
    this.#kept = text;
    this.#write = write;
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Call at each change of `text`. */
  changed(): void {
    if (this.#timer === undefined) this.#since = this.#clock();
    clearTimeout(this.#timer);
    this.state = "saving";
    const { pause, longest } = this.#pace;
    const left = longest - (this.#clock() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(pause, left)));
  }

  /** Saves now what is not saved yet: on leaving the field, on hiding or closing the page. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.text;
    if (text === this.#kept) {
      this.state = "saved";
      return;
    }
    this.state = "saving";
    if (this.#underway?.text !== text) this.#underway = { text, done: this.#save(text) };
    await this.#underway.done;
  }

  async #save(text: string): Promise<void> {
    const isSaved = await this.#write(text);
    if (this.#underway?.text === text) this.#underway = null;
    if (isSaved) this.#kept = text;
    if (this.#timer === undefined && this.#underway === null) this.state = isSaved ? "saved" : "failed";
  }

  /** The record has changed, here or on another device; words still being written are not overwritten. */
  adopt(text: string): void {
    if (this.state !== "saved" || text === this.#kept) return;
    this.#kept = text;
    this.text = text;
  }
}

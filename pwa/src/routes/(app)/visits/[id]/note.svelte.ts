/** A note being written: saved shortly after each change, so that killing the app loses no word that was shown as saved. */

/** How a note stands: on the disk, on its way there, or refused (and tried again at the next change). */
export type NoteState = "saved" | "saving" | "failed";

const PAUSE_MS = 500;
/** Also while somebody dictates without a pause. */
const LONGEST_MS = 3_000;

/** Holds the text of one note; `write` saves it and answers whether it is on the disk. */
export class NoteDraft {
  text = $state("");
  state = $state<NoteState>("saved");
  #kept: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  /** The write that is on its way, so that leaving the field and finishing the visit do not save the same words twice. */
  #underway: { readonly text: string; readonly done: Promise<void> } | null = null;
  readonly #write: (note: string) => Promise<boolean>;
  readonly #clock: () => number;

  constructor(note: string, write: (note: string) => Promise<boolean>, clock: () => number) {
    this.text = note;
    this.#kept = note;
    this.#write = write;
    this.#clock = clock;
  }

  /** Call at each change of `text`. */
  changed(): void {
    if (this.#timer === undefined) this.#since = this.#clock();
    clearTimeout(this.#timer);
    this.state = "saving";
    const left = LONGEST_MS - (this.#clock() - this.#since);
    this.#timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(PAUSE_MS, left)));
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
  adopt(note: string): void {
    if (this.state !== "saved" || note === this.#kept) return;
    this.#kept = note;
    this.text = note;
  }
}

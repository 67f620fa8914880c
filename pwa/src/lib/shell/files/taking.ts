/** A recording on its way to the disk while it goes on. */
import type { Store } from "#lib/store/client";
import { type Take, Takes } from "#lib/store/files/takes";
import type { Belonging } from "./keep";

/** Whoever has it records the take, or brings it to its end; nobody else touches it. */
export const lockOf = (id: string) => `routebook-take/${id}`;

/** One recording, whose pieces are on the disk a moment after they were spoken. */
export class Taking {
  readonly id: string;
  readonly #takes: Takes;
  readonly #beganAt: number;
  #added = 0;
  #isOver = false;
  /** What is being written; one after the other. */
  #written: Promise<void> = Promise.resolve();
  #letGo: () => void = () => {};

  constructor(
    store: Store,
    private readonly to: Belonging,
  ) {
    this.id = store.newId();
    this.#takes = new Takes(store.account.person);
    this.#beganAt = store.now();
    const over = new Promise<void>((resolve) => {
      this.#letGo = resolve;
    });
    void navigator.locks.request(lockOf(this.id), () => over);
  }

  /** Takes the next piece; `until` counts whole milliseconds from the beginning. */
  add(data: Blob, mediaType: string, until: number): void {
    if (this.#isOver) return;
    const number = this.#added++;
    const take: Take = { id: this.id, ...this.to, mediaType, beganAt: this.#beganAt };
    this.#written = this.#written
      .then(async () => this.#takes.add(take, number, { bytes: await data.arrayBuffer(), until }))
      // Without room the recording goes on in memory; its end says so (VoiceRecorder).
      .catch(() => {
        this.#isOver = true;
      });
  }

  /** Nothing of it is needed on the disk any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#written;
    await this.#takes.remove(this.id).catch(() => undefined);
    this.#letGo();
  }

  /** Leaves it to the next start. */
  leave(): void {
    this.#isOver = true;
    this.#letGo();
  }
}

/** A value that is changed faster than the store answers: what was set last stands until the store has it. */
export class Ahead<T> {
  #ours = $state.raw<{ readonly value: T } | null>(null);
  #writing = 0;

  constructor(private readonly stored: () => T) {}

  get current(): T {
    return this.#ours === null ? this.stored() : this.#ours.value;
  }

  /** Shows `value` from now on; `write` saves it and answers whether it did. */
  async set(value: T, write: () => Promise<boolean>): Promise<boolean> {
    this.#ours = { value };
    this.#writing += 1;
    const isWritten = await write();
    this.#writing -= 1;
    if (!isWritten && this.#writing === 0) this.#ours = null;
    return isWritten;
  }

  /** Call it when the store has answered anew; an answer to less than was set last is passed over. */
  hear(): void {
    if (this.#writing === 0) this.#ours = null;
  }
}

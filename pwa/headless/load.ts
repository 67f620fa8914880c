/** Load: a rep who never rests. The same seed makes the same choices, given the same customers. */
import { addTo, append, type Change, plus, removeFrom, type WriteResult } from "../src/lib/store/change.ts";
import type { Device } from "./device.ts";

/** How somebody writes. */
export interface LoadOptions {
  readonly seed: number;
  /** Milliseconds from one write to the next. */
  readonly everyMs: number;
}

/** Customers that all devices of a test fight over; few, so that they meet. */
const CONTESTED = 25;
/** With so many edits unsent a device waits: what a slow machine cannot send must not pile up without end. */
const MOST_WAITING = 100;
const WORDS = ["call back", "wants a discount", "ремонт до мая", "بعداً زنگ بزن", "下周再来", "nieczynne"];
const TAGS = ["fair 2026", "late payer", "key account", "حساس", "опт"];

/** Writes on a device at a steady pace until it is stopped. */
export class Load {
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #random: () => number;
  readonly #visits: [id: string, customer: string][] = [];
  readonly #tasks: [id: string, customer: string][] = [];
  written = 0;

  constructor(
    private readonly device: Device,
    private readonly options: LoadOptions,
  ) {
    this.#random = seeded(options.seed);
    this.#next();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next(): void {
    this.#timer = setTimeout(() => {
      const customers = this.#customers();
      if (customers.length > 0 && this.device.engine.waiting < MOST_WAITING) this.#write(customers);
      this.#next();
    }, this.options.everyMs);
  }

  #customers(): readonly string[] {
    return this.device.database
      .all<{ id: string }>("SELECT id FROM customer_row ORDER BY id LIMIT ?", [CONTESTED])
      .map(({ id }) => id);
  }

  #write(customers: readonly string[]): void {
    this.written += 1;
    const key = `load ${this.options.seed} ${this.written}`;
    void this.device.write([this.#change(customers)], key).then((answer) => {
      if (!answer.ok || !(answer.value as WriteResult).saved) this.device.faults.push(JSON.stringify(answer));
    });
  }

  #change(customers: readonly string[]): Change {
    const { engine } = this.device;
    const customer = this.#pick(customers);
    const person = engine.account.person;
    const draw = this.#random();
    if (draw < 0.3) {
      const id = engine.newId();
      this.#visits.push([id, customer]);
      const v = { customer, person, status: "open", checked_in_at: engine.now(), note: this.#pick(WORDS) } as const;
      return { kind: "visit", id, root: customer, v };
    }
    if (draw < 0.45 && this.#visits.length > 0) {
      const [id, root] = this.#pick(this.#visits);
      return { kind: "visit", id, root, v: { comments: append(this.#pick(WORDS)), outcome: "interested" } };
    }
    if (draw < 0.55) {
      const id = engine.newId();
      this.#tasks.push([id, customer]);
      const v = { title: this.#pick(WORDS), person, customer, status: "open" } as const;
      return { kind: "task", id, root: customer, v };
    }
    if (draw < 0.65 && this.#tasks.length > 0) {
      const [id, root] = this.#pick(this.#tasks);
      return { kind: "task", id, root, v: { snoozes: plus(1) } };
    }
    if (draw < 0.75) {
      const tags = this.#random() < 0.7 ? addTo(this.#pick(TAGS)) : removeFrom(this.#pick(TAGS));
      return { kind: "customer", id: customer, root: customer, v: { tags } };
    }
    if (draw < 0.87) {
      const description = `${this.#pick(WORDS)} ${this.written}`;
      return { kind: "customer", id: customer, root: customer, v: { description } };
    }
    const v = { phone: `+48 ${this.written}`, trade: this.#pick(WORDS) };
    return { kind: "customer", id: customer, root: customer, v };
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

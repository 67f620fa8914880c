/** What the device had no room for: held here and nowhere else, until there is room, a copy, or the app is closed. */
import type { Belonging } from "./keep";
import type { Recording } from "./recorder.svelte";

/** Held in all. While it is more than nothing the browser asks before it closes the app. */
let count = 0;
const ask = (event: Event) => event.preventDefault();
function countNow(change: number): void {
  const before = count;
  count += change;
  if (before === 0 && count > 0) globalThis.addEventListener?.("beforeunload", ask);
  if (before > 0 && count === 0) globalThis.removeEventListener?.("beforeunload", ask);
}

/** By customer and visit, and by the part of its page; whoever comes back there finds it again. */
export class Homeless<Thing> {
  #held = $state.raw<ReadonlyMap<string, readonly Thing[]>>(new Map());

  of(to: Belonging, part = ""): readonly Thing[] {
    return this.#held.get(keyOf(to, part)) ?? [];
  }

  hold(to: Belonging, things: readonly Thing[], part = ""): void {
    this.#set(keyOf(to, part), [...this.of(to, part), ...things]);
    countNow(things.length);
  }

  /** Hands them over; they are held no more. */
  take(to: Belonging, part = ""): readonly Thing[] {
    const taken = this.of(to, part);
    this.#set(keyOf(to, part), []);
    countNow(-taken.length);
    return taken;
  }

  #set(key: string, things: readonly Thing[]): void {
    const held = new Map(this.#held);
    if (things.length === 0) held.delete(key);
    else held.set(key, things);
    this.#held = held;
  }
}

const keyOf = ({ customer, visit }: Belonging, part: string) => JSON.stringify([customer, visit, part]);

export const homelessPhotos = new Homeless<File>();
export const homelessVoices = new Homeless<Recording>();

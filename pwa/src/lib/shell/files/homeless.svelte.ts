/** What the device had no room for: held here and nowhere else, until there is room, a copy, or the app is closed. */
import { holdInMemory } from "#lib/shell/closing";
import type { Belonging } from "./keep";
import type { Recording } from "./recorder.svelte";

/** By customer and visit, and by the part of its page; whoever comes back there finds it again. */
export class Homeless<Thing> {
  #held = $state.raw<ReadonlyMap<string, readonly Thing[]>>(new Map());

  of(to: Belonging, part = ""): readonly Thing[] {
    return this.#held.get(keyOf(to, part)) ?? [];
  }

  hold(to: Belonging, things: readonly Thing[], part = ""): void {
    this.#set(keyOf(to, part), [...this.of(to, part), ...things]);
    holdInMemory(things.length);
  }

  /** Hands them over; they are held no more. */
  take(to: Belonging, part = ""): readonly Thing[] {
    const taken = this.of(to, part);
    this.#set(keyOf(to, part), []);
    holdInMemory(-taken.length);
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

/** Messages spoiled by chance, the same for the same seed: what tests of decoders read. */

export type Random = () => number;

/** Returns a generator of numbers in [0, 1) (mulberry32), the same for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 53,
  () => "",
  () => "\ud800",
  () => "__proto__",
  () => "a".repeat(300),
  () => [],
  () => ({}),
  () => [[null]],
  () => ({ "": null }),
  () => JSON.parse('{"__proto__":{"now":1},"constructor":1,"length":-1}'),
];

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

/** Every place in a value below its root. */
function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  const parent = value as Record<string, unknown>;
  for (const key of Object.keys(parent)) {
    found.push({ parent, key });
    placesIn(parent[key], found);
  }
  return found;
}

/** The text of a message, spoiled in its structure and now and then in its letters. */
export function mutated(random: Random, message: object): string {
  let value: unknown = structuredClone(message);
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const places = placesIn(value);
    if (places.length === 0) break;
    const { parent, key } = pick(random, places);
    const other = pick(random, places);
    switch (Math.floor(random() * 5)) {
      case 0:
        delete parent[key];
        break;
      case 1:
        parent[key] = structuredClone(other.parent[other.key]);
        break;
      case 2:
        parent[`${key}${pick(random, ["", "x", "\0"])}`] = pick(random, ODD)();
        break;
      case 3:
        value = random() < 0.02 ? pick(random, ODD)() : value;
        break;
      default:
        parent[key] = pick(random, ODD)();
    }
  }
  let text = JSON.stringify(value);
  if (random() < 0.2) text = text.slice(0, Math.floor(random() * text.length));
  if (random() < 0.2) {
    const at = Math.floor(random() * text.length);
    text = text.slice(0, at) + pick(random, ['"', "{", "]", "\\u0000", "9e999", "\u2028", ""]) + text.slice(at + 1);
  }
  return text;
}

/** What a text says as JSON, undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

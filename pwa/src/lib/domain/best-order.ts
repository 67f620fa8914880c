/**
 * The order in which a day's stops cost the least way, with appointments kept: an insertion in order of appointments, then
 * local search (2-opt and Or-opt) from several starting points, the best of which stays; of few stops, every order. Pure: the same
 * stops, the same order.
 */
import type { Point } from "./place";
import { METRES_PER_MS, STRAIGHT, type Ways } from "./ways";

/** A stop to put into order. Instants and durations are milliseconds. */
export interface OrderedStop {
  readonly point: Point;
  /** When it may be reached, one after the other; none for whenever. */
  readonly windows: readonly { readonly from: number; readonly to: number }[];
  /** How long one stays. */
  readonly stay: number;
}

/** Between what, and from when, the day lies. */
export interface Day {
  readonly from: number;
  /** Where it begins and ends, null for anywhere. */
  readonly start: Point | null;
  readonly end: Point | null;
  /** Straight lines where no roads are known; the way back may be another one. */
  readonly ways?: Pick<Ways, "metres" | "lasts">;
}

/** Metres that one would drive to be a millisecond less late: ten minutes late weigh as much as 60 km. */
const METRES_PER_MS_LATE = 0.1;
/** The same to wait a millisecond less. Half of what one drives in it: where a day ends at the same hour, the shorter way is better. */
const METRES_PER_MS_WAITED = METRES_PER_MS / 2;
/** A window no longer than this is an appointment, a longer one the hours at which somebody is open. */
const LONGEST_APPOINTMENT_MS = 2 * 3_600_000;
/** Changes that are tried in all, which bounds the time; where stops have windows, one that may help costs a walk through the day. */
const MOST_TRIES = 150_000;
const TRIES_A_WALK = 4;
/** The same for a short day, by the third power of its stops. */
const TRIES_BY_CUBE = 16;
const LONGEST_MOVED = 3;
/** Of no more stops than this every order is tried: five thousand of them. */
const FEW = 7;

/** Returns the places of `stops` in the order in which to go. */
export function bestOrder(stops: readonly OrderedStop[], day: Day): readonly number[] {
  return new Search(stops, day).run();
}

class Search {
  readonly #count: number;
  /** Metres between two stops; row and column `count` are the start, `count + 1` the end. */
  readonly #metres: Float64Array;
  /** Milliseconds, in the same places. */
  readonly #lasts: Float64Array;
  readonly #hasWindows: boolean;
  readonly #most: number;
  #tries = 0;
  /** Metres that being late and waiting weigh in the order that is being changed. */
  #strain = 0;
  /** Metres that the way back through its first stops is longer than the way there, by how many they are; 0 where no street is one-way. */
  readonly #turnedMore: Float64Array;
  /** Of the linear congruential generator that chooses other starting points. */
  #state = 1;

  constructor(
    private readonly stops: readonly OrderedStop[],
    private readonly day: Day,
  ) {
    const { start, end, ways = STRAIGHT } = day;
    this.#count = stops.length;
    this.#most = Math.min(MOST_TRIES, TRIES_BY_CUBE * stops.length ** 3);
    this.#hasWindows = stops.some(({ windows }) => windows.length > 0);
    const points = [...stops.map(({ point }) => point), start, end];
    const table = (of: Ways["metres"]) =>
      Float64Array.from(points.flatMap((a) => points.map((b) => (a === null || b === null ? 0 : of(a, b)))));
    this.#metres = table(ways.metres);
    this.#lasts = this.#hasWindows ? table(ways.lasts) : new Float64Array(0);
    this.#turnedMore = new Float64Array(stops.length + 1);
  }

  run(): readonly number[] {
    let best = this.#improved(this.#inserted());
    let least = this.#cost(best);
    while (this.#count > 3 && this.#tries < this.#most) {
      const other = this.#improved(this.#shaken(best));
      const cost = this.#cost(other);
      if (cost < least) [best, least] = [other, cost];
    }
    return this.#count > FEW ? best : this.#bestOfAll(best, least);
  }

  /** The best of all orders: the one found, unless another is better. Where streets are one-way, the search misses some. */
  #bestOfAll(found: readonly number[], cost: number): readonly number[] {
    let [best, least] = [found, cost];
    const order = [...found];
    const swap = (a: number, b: number) => {
      [order[a], order[b]] = [order[b] as number, order[a] as number];
    };
    const tryFrom = (place: number) => {
      if (place === this.#count) {
        const other = this.#cost(order);
        if (other < least - 1e-6) [best, least] = [[...order], other];
      }
      for (let other = place; other < this.#count; other += 1) {
        swap(place, other);
        tryFrom(place + 1);
        swap(place, other);
      }
    };
    tryFrom(0);
    return best;
  }

  /** Stops with appointments first, by these; each of the others where it costs the least. */
  #inserted(): number[] {
    const places = [...this.stops.keys()];
    const when = (place: number) => {
      const [first, ...more] = this.stops[place]?.windows ?? [];
      const isAppointment = first !== undefined && more.length === 0 && first.to - first.from <= LONGEST_APPOINTMENT_MS;
      return isAppointment ? first.from : Number.POSITIVE_INFINITY;
    };
    const order = places.filter((place) => when(place) < Number.POSITIVE_INFINITY).sort((a, b) => when(a) - when(b));
    for (const place of places.filter((one) => when(one) === Number.POSITIVE_INFINITY)) {
      let [best, least] = [0, Number.POSITIVE_INFINITY];
      for (let at = 0; at <= order.length; at += 1) {
        const cost = this.#cost(order.toSpliced(at, 0, place));
        if (cost < least) [best, least] = [at, cost];
      }
      order.splice(best, 0, place);
    }
    return order;
  }

  /** Metres of the way, and what being late and waiting weigh. */
  #cost(order: readonly number[]): number {
    const { stops, day } = this;
    let [metres, late, waited, now, last] = [0, 0, 0, day.from, this.#count];
    for (const place of order) {
      const before = last;
      metres += this.#leg(before, place);
      last = place;
      if (!this.#hasWindows) continue;
      const { windows, stay } = stops[place] as OrderedStop;
      now += this.#lasts[before * (this.#count + 2) + place] as number;
      let at = 0;
      while (at < windows.length - 1 && now > (windows[at] as OrderedStop["windows"][number]).to) at += 1;
      const window = windows[at];
      if (window !== undefined) {
        late += Math.max(0, now - window.to);
        waited += Math.max(0, window.from - now);
        now = Math.max(now, window.from);
      }
      now += stay;
    }
    return metres + this.#leg(last, this.#count + 1) + late * METRES_PER_MS_LATE + waited * METRES_PER_MS_WAITED;
  }

  #way(order: readonly number[]): number {
    let [metres, last] = [0, this.#count];
    for (const place of order) {
      metres += this.#leg(last, place);
      last = place;
    }
    return metres + this.#leg(last, this.#count + 1);
  }

  #leg(from: number, to: number): number {
    return this.#metres[from * (this.#count + 2) + to] as number;
  }

  /** The stop at a place of the order; before and behind it the day's start and end. */
  #at(order: readonly number[], place: number): number {
    return order[place] ?? (place < 0 ? this.#count : this.#count + 1);
  }

  /** Makes one change after another as long as one helps. */
  #improved(order: number[]): number[] {
    let current = order;
    let cost = this.#cost(current);
    this.#measure(current, cost);
    for (let helped = true; helped && this.#tries < this.#most; ) {
      helped = false;
      for (const changed of this.#changes(() => current)) {
        const other = this.#cost(changed);
        if (other < cost - 1e-6) {
          [current, cost, helped] = [changed, other, true];
          this.#measure(current, cost);
        }
      }
    }
    return current;
  }

  /** Notes what the changes of an order are reckoned from. */
  #measure(order: readonly number[], cost: number): void {
    this.#strain = cost - this.#way(order);
    for (let at = 1; at < this.#count; at += 1) {
      const [a, b] = [order[at - 1] as number, order[at] as number];
      this.#turnedMore[at] = (this.#turnedMore[at - 1] as number) + this.#leg(b, a) - this.#leg(a, b);
    }
  }

  /** Metres more between the stops at two places of the order and those between them, the other way round. */
  #inside(from: number, to: number): number {
    return (this.#turnedMore[to] as number) - (this.#turnedMore[from] as number);
  }

  /** Yields the orders that are one change away and may be shorter, or less late. */
  *#changes(order: () => readonly number[]): Generator<number[]> {
    const count = this.#count;
    for (let from = 0; from < count; from += 1) {
      for (let to = from + 1; to < count; to += 1) {
        if (this.#mayHelp(this.#turned(order(), from, to))) yield turn(order(), from, to);
      }
      for (let length = 1; length <= LONGEST_MOVED && from + length <= count; length += 1) {
        for (let at = 0; at <= count; at += 1) {
          if (at >= from && at <= from + length) continue;
          for (const isTurned of [false, true]) {
            if (length === 1 && isTurned) continue;
            if (this.#mayHelp(this.#moved(order(), from, length, at, isTurned)))
              yield move(order(), from, length, at, isTurned);
          }
        }
      }
    }
  }

  /** A longer way helps only who would be late or wait, and no further than that weighs. */
  #mayHelp(more: number): boolean {
    const may = more < this.#strain - 1e-6;
    this.#tries += may && this.#hasWindows ? 1 + TRIES_A_WALK : 1;
    return may;
  }

  /** Metres more where the stops from one place to another are gone through the other way round. */
  #turned(order: readonly number[], from: number, to: number): number {
    const [before, first, last, after] = [from - 1, from, to, to + 1].map((place) => this.#at(order, place)) as Four;
    const outside =
      this.#leg(before, last) + this.#leg(first, after) - this.#leg(before, first) - this.#leg(last, after);
    return outside + this.#inside(from, to);
  }

  /** Metres more where some stops go before the place `at`, as they are or the other way round. */
  #moved(order: readonly number[], from: number, length: number, at: number, isTurned: boolean): number {
    const [before, first, last, after] = [from - 1, from, from + length - 1, from + length].map((place) =>
      this.#at(order, place),
    ) as Four;
    const [left, right] = [this.#at(order, at - 1), this.#at(order, at)];
    const [head, tail] = isTurned ? [last, first] : [first, last];
    const taken = this.#leg(before, first) + this.#leg(last, after) - this.#leg(before, after);
    const turned = isTurned ? this.#inside(from, from + length - 1) : 0;
    return this.#leg(left, head) + this.#leg(tail, right) - this.#leg(left, right) - taken + turned;
  }

  /** Another starting point: three parts of the order change places, as no single change could do. */
  #shaken(order: readonly number[]): number[] {
    const cuts = [0, 1, 2].map(() => 1 + this.#below(this.#count - 1)).sort((a, b) => a - b);
    const [a, b, c] = cuts as [number, number, number];
    return [...order.slice(0, a), ...order.slice(b, c), ...order.slice(a, b), ...order.slice(c)];
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

type Four = [number, number, number, number];

const turn = (order: readonly number[], from: number, to: number): number[] => [
  ...order.slice(0, from),
  ...order.slice(from, to + 1).reverse(),
  ...order.slice(to + 1),
];

function move(order: readonly number[], from: number, length: number, at: number, isTurned: boolean): number[] {
  const part = order.slice(from, from + length);
  if (isTurned) part.reverse();
  const rest = order.toSpliced(from, length);
  return rest.toSpliced(at > from ? at - length : at, 0, ...part);
}

/** Names on a map without tiles: the towns that the customers' own addresses name, each where most of them are. */
import { type Size, type Spot, spotOf, toScreen, type View } from "./view";

/** Customers with the town of each, as a place in `names`; -1 for none. */
export interface Addressed {
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  readonly towns: readonly number[];
  readonly names: readonly string[];
}

export interface Town {
  readonly name: string;
  readonly spot: Spot;
  /** How many customers are there. */
  readonly count: number;
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The towns, those with the most customers first. The middle one of each coordinate: one wrong address moves no town. */
export function townsOf({ latitude, longitude, towns, names }: Addressed): readonly Town[] {
  const members = names.map((): { latitude: number[]; longitude: number[] } => ({ latitude: [], longitude: [] }));
  for (const [at, town] of towns.entries()) {
    members[town]?.latitude.push(latitude[at] ?? 0);
    members[town]?.longitude.push(longitude[at] ?? 0);
  }
  return members
    .map((one, town) => ({
      name: names[town] ?? "",
      spot: spotOf({ latitude: middle(one.latitude), longitude: middle(one.longitude) }),
      count: one.latitude.length,
    }))
    .filter(({ count, name }) => count > 0 && name !== "")
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** A name and the pixel at the middle of it. */
export interface Placed {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** What a name must not lie on. */
export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const MOST_NAMES = 40;
const LINE = 18;
/** Pixels from the town up and down at which its name may stand, the best first. */
const LIFTS = [-26, 28, -44, 46, 0];

/** The names that have room, the greater town before the smaller; `widthOf` measures a name in pixels. */
export function placeTowns(
  towns: readonly Town[],
  view: View,
  size: Size,
  obstacles: readonly Obstacle[],
  widthOf: (name: string) => number,
): readonly Placed[] {
  const placed: (Placed & { readonly half: number })[] = [];
  for (const { name, spot } of towns) {
    if (placed.length >= MOST_NAMES) break;
    const { x, y: ground } = toScreen(spot, view, size);
    if (x < 0 || ground < 0 || x > size.width || ground > size.height) continue;
    const half = widthOf(name) / 2 + 6;
    const isFree = (y: number) =>
      placed.every((other) => Math.abs(other.y - y) > LINE || Math.abs(other.x - x) > other.half + half) &&
      obstacles.every(
        ({ x: ox, y: oy, radius }) => Math.abs(oy - y) > radius + LINE / 2 || Math.abs(ox - x) > radius + half,
      );
    const lift = LIFTS.find((pixels) => isFree(ground + pixels));
    if (lift !== undefined) placed.push({ name, x, y: ground + lift, half });
  }
  return placed;
}

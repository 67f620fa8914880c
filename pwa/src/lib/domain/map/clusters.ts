/** Customers that lie too close to be told apart, as one mark with their number: a tree over all zooms, made once. */
import Supercluster from "supercluster";
import { boxOf, type Size, type Spot, spotOf, type View } from "./view";

/** Customers by place, all lists alike in length; micro-degrees. */
export interface Located {
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
}

/** What is painted: one customer, by his place in the lists, or many. */
export type Mark =
  | { readonly kind: "one"; readonly spot: Spot; readonly at: number; readonly shade: number }
  | {
      readonly kind: "many";
      readonly spot: Spot;
      readonly id: number;
      readonly count: number;
      /** How many of each shade. */
      readonly counts: readonly number[];
    };

interface Single {
  readonly at: number;
  readonly shade: number;
}
interface Counted {
  counts: number[];
}

/** Pixels within which customers become one mark: the width of a thumb. */
const RADIUS = 44;
/** From here on every customer has a mark of his own. */
const LAST_ZOOM = 15;
/** Marks just outside are painted too: half of them may be seen. */
const MARGIN = 40;

/** The marks of all zooms; `shades` gives each customer's shade, one of `kinds`. */
export class Clusters {
  /** How many customers there are in all. */
  readonly count: number;
  readonly #tree: Supercluster<Single, Counted>;

  constructor(located: Located, shades: readonly number[], kinds: number) {
    this.count = located.latitude.length;
    this.#tree = new Supercluster<Single, Counted>({
      radius: RADIUS,
      maxZoom: LAST_ZOOM,
      extent: 256,
      map: ({ shade }) => ({ counts: Array.from({ length: kinds }, (_, kind) => (kind === shade ? 1 : 0)) }),
      // A new list each time: the tree copies what it sums up no deeper than this one.
      reduce: (sum, { counts }) => {
        sum.counts = sum.counts.map((count, kind) => count + (counts[kind] ?? 0));
      },
    });
    this.#tree.load(
      located.latitude.map((latitude, at) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: [(located.longitude[at] ?? 0) / 1e6, latitude / 1e6] },
        properties: { at, shade: shades[at] ?? 0 },
      })),
    );
  }

  /** What is to be seen of them. */
  marksIn(view: View, size: Size): readonly Mark[] {
    const { south, west, north, east } = boxOf(view, size, MARGIN);
    const found = this.#tree.getClusters([west / 1e6, south / 1e6, east / 1e6, north / 1e6], Math.floor(view.zoom));
    return found.map(({ geometry, properties }) => {
      const [longitude = 0, latitude = 0] = geometry.coordinates;
      const spot = spotOf({ latitude: latitude * 1e6, longitude: longitude * 1e6 });
      if (!("cluster" in properties)) return { kind: "one", spot, at: properties.at, shade: properties.shade };
      const { cluster_id: id, point_count: count, counts } = properties;
      return { kind: "many", spot, id, count, counts };
    });
  }

  /** The zoom at which the mark of many falls apart; above `LAST_ZOOM` where all of them are in one house. */
  opensAt(id: number): number {
    return this.#tree.getClusterExpansionZoom(id);
  }

  /** Some of those whom the mark stands for, by their places in the lists. */
  membersOf(id: number, most: number): readonly number[] {
    return this.#tree.getLeaves(id, most).map(({ properties }) => properties.at);
  }
}

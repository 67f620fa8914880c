/** Tiles of a region file: which of them a view needs, and what is drawn of what lies in them. */
import { pixelsOf, type Size, TILE_PIXELS, type View } from "./view";

/** A tile, and where it lies on the screen in pixels. */
export interface PlacedTile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** Tiles are painted as large as this or up to twice as large: names and lines keep their size. */
const NATURAL_PIXELS = 2 * TILE_PIXELS;

/** The tiles that cover the view, of the zooms that the file has. */
export function tilesIn(
  view: View,
  size: Size,
  zooms: { readonly least: number; readonly most: number },
): readonly PlacedTile[] {
  const wanted = Math.floor(view.zoom - Math.log2(NATURAL_PIXELS / TILE_PIXELS) + 0.5);
  const z = Math.max(zooms.least, Math.min(zooms.most, wanted));
  const count = 2 ** z;
  const width = pixelsOf(view.zoom) / count;
  const [west, north] = [view.x * count - size.width / 2 / width, view.y * count - size.height / 2 / width];
  const range = (from: number, length: number) => {
    const [first, last] = [Math.max(0, Math.floor(from)), Math.min(count - 1, Math.floor(from + length / width))];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  };
  return range(north, size.height).flatMap((y) =>
    range(west, size.width).map((x) => ({ z, x, y, left: (x - west) * width, top: (y - north) * width, width })),
  );
}

/** The part of an ancestor, `up` zooms above, that a tile is: in shares of the ancestor's width. */
export function partOf({ x, y }: Pick<PlacedTile, "x" | "y">, up: number): { x: number; y: number; share: number } {
  const share = 2 ** -up;
  return { x: (x * share) % 1, y: (y * share) % 1, share };
}

/** What is drawn of a feature: a closed set, in the order from the ground up. */
export const INKS = ["green", "built", "water", "stream", "path", "road", "highway", "border"] as const;
export type Ink = (typeof INKS)[number];

const GREEN = /park|wood|forest|grass|meadow|garden|nature|cemetery|golf|scrub|wetland|orchard|farm/;
const HIGHWAY = /motorway|trunk|highway|primary|major/;
const PATH = /path|track|footway|cycleway|steps|pedestrian|service|other/;

/** What to draw a feature with, by the names of OpenMapTiles and of Protomaps' basemap; null for nothing. */
export function inkOf(layer: string, properties: Readonly<Record<string, unknown>>): Ink | null {
  const { class: named, kind: given, "pmap:kind": old } = properties;
  const kind = String(named ?? given ?? old ?? "");
  switch (layer) {
    case "water":
      return "water";
    case "waterway":
      return "stream";
    case "landcover":
    case "landuse":
    case "park":
    case "natural":
      return GREEN.test(kind) || layer === "park" ? "green" : null;
    case "building":
    case "buildings":
      return "built";
    case "transportation":
    case "roads":
      if (kind === "rail" || kind === "ferry") return null;
      return HIGHWAY.test(kind) ? "highway" : PATH.test(kind) ? "path" : "road";
    case "boundary":
    case "boundaries":
      return "border";
    default:
      return null;
  }
}

/** Why a file is no region file that can be drawn. */
export type RegionProblem = "not_a_region" | "cut_off" | "unknown_tiles" | "no_room";

/** What the head of a file says of it. */
export interface RegionHead {
  /** 1 vector, 2 to 5 pictures. */
  readonly tileType: number;
  readonly tileDataOffset: number;
  readonly tileDataLength?: number | undefined;
}

/** What is wrong with a file of so many bytes, null for nothing. */
export function problemOf(
  { tileType, tileDataOffset, tileDataLength = 0 }: RegionHead,
  bytes: number,
): RegionProblem | null {
  if (tileDataOffset + tileDataLength > bytes) return "cut_off";
  return tileType >= 1 && tileType <= 5 ? null : "unknown_tiles";
}

/** Tiles of a region file as pictures: read, drawn once each in the colours of the moment, and kept as long as there is room. */
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { FileSource, type Header, PMTiles, TileType } from "pmtiles";
import { INKS, type Ink, inkOf, type PlacedTile, partOf, tilesIn } from "#lib/domain/map/tiles";
import type { Size, View } from "#lib/domain/map/view";
import type { Palette } from "./palette";

/** A file that has been opened. */
export interface OpenedFile {
  readonly tiles: RegionTiles;
  readonly head: Header;
  readonly credit: string;
}

/** Pictures that are kept: a few screens of a phone. */
const MOST_KEPT = 80;
const PIXELS = 512;
/** How far up a missing tile looks for an ancestor to show a part of. */
const MOST_UP = 5;

/** Opens a file; rejects where it is no PMTiles archive. `onarrival`: a tile can be drawn that could not before. */
export async function openRegion(file: File, onarrival: () => void): Promise<OpenedFile> {
  const archive = new PMTiles(new FileSource(file));
  const head = await archive.getHeader();
  const metadata = (await archive.getMetadata()) as { readonly attribution?: unknown } | undefined;
  const credit = typeof metadata?.attribution === "string" ? metadata.attribution.replace(/<[^>]*>/g, "").trim() : "";
  return { tiles: new RegionTiles(archive, head, onarrival), head, credit };
}

type Picture = CanvasImageSource | null;

export class RegionTiles {
  /** By name; null for one that the file has not got, undefined while it is being read. */
  readonly #pictures = new Map<string, Picture | undefined>();
  #palette: Palette | null = null;

  constructor(
    private readonly archive: PMTiles,
    private readonly head: Header,
    private readonly onarrival: () => void,
  ) {}

  /** Draws what is there, and has read what is not. */
  draw(context: CanvasRenderingContext2D, view: View, size: Size, palette: Palette): void {
    if (this.#palette !== palette) this.#pictures.clear();
    this.#palette = palette;
    for (const tile of tilesIn(view, size, { least: this.head.minZoom, most: this.head.maxZoom })) {
      const picture = this.#pictureOf(tile.z, tile.x, tile.y, true);
      if (picture) context.drawImage(picture, tile.left, tile.top, tile.width + 0.5, tile.width + 0.5);
      else if (picture === undefined) this.#drawPart(context, tile);
    }
  }

  #drawPart(context: CanvasRenderingContext2D, tile: PlacedTile): void {
    for (let up = 1; up <= MOST_UP && tile.z - up >= this.head.minZoom; up += 1) {
      const picture = this.#pictureOf(tile.z - up, tile.x >> up, tile.y >> up, false);
      if (!picture) continue;
      const { x, y, share } = partOf(tile, up);
      const [left, top, part] = [x * PIXELS, y * PIXELS, share * PIXELS];
      context.drawImage(picture, left, top, part, part, tile.left, tile.top, tile.width + 0.5, tile.width + 0.5);
      return;
    }
  }

  #pictureOf(z: number, x: number, y: number, isWanted: boolean): Picture | undefined {
    const name = `${z}/${x}/${y}`;
    const known = this.#pictures.get(name);
    if (known !== undefined || this.#pictures.has(name)) {
      // The longest unused go first.
      this.#pictures.delete(name);
      this.#pictures.set(name, known);
      return known;
    }
    if (isWanted) void this.#read(name, z, x, y);
    return undefined;
  }

  async #read(name: string, z: number, x: number, y: number): Promise<void> {
    const palette = this.#palette;
    if (palette === null) return;
    this.#pictures.set(name, undefined);
    for (const oldest of this.#pictures.keys()) {
      if (this.#pictures.size <= MOST_KEPT) break;
      this.#pictures.delete(oldest);
    }
    // A tile that cannot be read is left out, as one that is not there: the marks matter more than the ground.
    const picture = await this.#made(z, x, y, palette).catch(() => null);
    if (this.#palette !== palette) return;
    this.#pictures.set(name, picture);
    this.onarrival();
  }

  async #made(z: number, x: number, y: number, palette: Palette): Promise<Picture> {
    const found = await this.archive.getZxy(z, x, y);
    if (found === undefined) return null;
    if (this.head.tileType !== TileType.Mvt) return createImageBitmap(new Blob([found.data]));
    return drawn(new VectorTile(new PbfReader(new Uint8Array(found.data))), palette);
  }
}

const WIDTHS: Readonly<Partial<Record<Ink, number>>> = { stream: 1.5, path: 1, road: 2.5, highway: 5, border: 1.5 };

/** A vector tile in the colours of the moment. */
function drawn(tile: VectorTile, palette: Palette): OffscreenCanvas {
  const canvas = new OffscreenCanvas(PIXELS, PIXELS);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  const colours: Readonly<Record<Ink, string>> = {
    green: palette.green,
    built: palette.border,
    water: palette.water,
    stream: palette.water,
    path: palette.line,
    road: palette.line,
    highway: palette.line,
    border: palette.border,
  };
  context.fillStyle = palette.land;
  context.fillRect(0, 0, PIXELS, PIXELS);
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const [ink, paths] of pathsOf(tile)) {
    const width = WIDTHS[ink];
    context.globalAlpha = ink === "green" ? 0.12 : ink === "built" ? 0.18 : 1;
    if (width === undefined) {
      context.fillStyle = colours[ink];
      context.fill(paths, "evenodd");
    } else {
      context.lineWidth = width;
      context.strokeStyle = colours[ink];
      context.stroke(paths);
    }
  }
  return canvas;
}

/** Everything of an ink as one path, from the ground up. */
function pathsOf(tile: VectorTile): readonly (readonly [Ink, Path2D])[] {
  const pathByInk = new Map<Ink, Path2D>();
  for (const [name, layer] of Object.entries(tile.layers)) {
    const scale = PIXELS / layer.extent;
    for (let at = 0; at < layer.length; at += 1) {
      const feature = layer.feature(at);
      const ink = inkOf(name, feature.properties);
      if (ink === null || feature.type === 1) continue;
      const path = pathByInk.get(ink) ?? new Path2D();
      pathByInk.set(ink, path);
      for (const line of feature.loadGeometry()) {
        for (const [index, { x, y }] of line.entries()) {
          if (index === 0) path.moveTo(x * scale, y * scale);
          else path.lineTo(x * scale, y * scale);
        }
      }
    }
  }
  return INKS.flatMap((ink) => {
    const path = pathByInk.get(ink);
    return path === undefined ? [] : [[ink, path] as const];
  });
}

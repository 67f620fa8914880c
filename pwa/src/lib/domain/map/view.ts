/** The part of the world that a map shows, in Web Mercator: where things are on the screen, and how far that is on the ground. */
import type { Point } from "../place";

/** A place on the flat world: 0 to 1 from west to east, 0 to 1 from north to south. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** What the map shows: the spot at its centre, and how large. At zoom z the world is 256 · 2^z pixels wide. */
export interface View extends Spot {
  readonly zoom: number;
}

/** Pixels of the map. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A stretch of the world, in micro-degrees. */
export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** Pixels at each side that something else lies over. */
export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const TILE_PIXELS = 256;
export const MAX_ZOOM = 18;
/** What a fit comes to where there is one point, or all lie in one street. */
const CLOSE_ZOOM = 15;
/** Beyond it Mercator would be endless. */
const MAX_LATITUDE = 85.051_128_78;
const EQUATOR_METRES = 2 * Math.PI * 6_378_137;
/** Pixels that a fit takes for free at least, each way. */
const LEAST_ROOM = 32;
const NONE: Padding = { top: 0, right: 0, bottom: 0, left: 0 };

export const pixelsOf = (zoom: number): number => TILE_PIXELS * 2 ** zoom;

export function spotOf({ latitude, longitude }: Point): Spot {
  const degrees = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude / 1e6));
  const sine = Math.sin((degrees * Math.PI) / 180);
  return { x: longitude / 360e6 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export function pointAt({ x, y }: Spot): Point {
  const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return { latitude: Math.round(latitude * 1e6), longitude: Math.round((x - 0.5) * 360e6) };
}

/** Pixels from the map's upper left corner. */
export function toScreen(spot: Spot, view: View, { width, height }: Size): Spot {
  const pixels = pixelsOf(view.zoom);
  return { x: (spot.x - view.x) * pixels + width / 2, y: (spot.y - view.y) * pixels + height / 2 };
}

export function toSpot(pixel: Spot, view: View, { width, height }: Size): Spot {
  const pixels = pixelsOf(view.zoom);
  return { x: view.x + (pixel.x - width / 2) / pixels, y: view.y + (pixel.y - height / 2) / pixels };
}

/** The nearest view that shows nothing beyond the edge of the world. */
export function kept(view: View, { width, height }: Size): View {
  const least = Math.log2(Math.max(width, height, 1) / TILE_PIXELS);
  const zoom = Math.max(least, Math.min(MAX_ZOOM, view.zoom));
  const pixels = pixelsOf(zoom);
  const inside = (value: number, half: number) => Math.max(half, Math.min(1 - half, value));
  return { x: inside(view.x, width / 2 / pixels), y: inside(view.y, height / 2 / pixels), zoom };
}

/** Drawn along by a finger. */
export function panned(view: View, pixel: Spot, size: Size): View {
  const pixels = pixelsOf(view.zoom);
  return kept({ ...view, x: view.x - pixel.x / pixels, y: view.y - pixel.y / pixels }, size);
}

/** Larger or smaller by `steps`, while what is under `pixel` stays there. */
export function zoomedAt(view: View, steps: number, pixel: Spot, size: Size): View {
  const still = toSpot(pixel, view, size);
  const { zoom } = kept({ ...view, zoom: view.zoom + steps }, size);
  const pixels = pixelsOf(zoom);
  const [x, y] = [still.x - (pixel.x - size.width / 2) / pixels, still.y - (pixel.y - size.height / 2) / pixels];
  return kept({ x, y, zoom }, size);
}

/** The view that shows all of the points as large as may be within the padding; null without any. */
export function fitted(points: readonly Point[], size: Size, padding: Padding = NONE): View | null {
  if (points.length === 0) return null;
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const point of points) {
    const { x, y } = spotOf(point);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const { width, height } = roomIn(size, padding);
  const across = (room: number, span: number) =>
    Math.log2(Math.max(room, LEAST_ROOM) / TILE_PIXELS / Math.max(span, 1e-9));
  const zoom = Math.min(CLOSE_ZOOM, across(width, right - left), across(height, bottom - top));
  const pixels = pixelsOf(zoom);
  const x = (left + right) / 2 + (padding.right - padding.left) / 2 / pixels;
  const y = (top + bottom) / 2 + (padding.bottom - padding.top) / 2 / pixels;
  return kept({ x, y, zoom }, size);
}

/** Of the views that show all of the points within one of the paddings the closest; null without any points. */
export function fittedBest(points: readonly Point[], size: Size, paddings: readonly Padding[]): View | null {
  const hasRoom = (padding: Padding) => {
    const { width, height } = roomIn(size, padding);
    return width >= LEAST_ROOM && height >= LEAST_ROOM;
  };
  const roomy = paddings.filter(hasRoom);
  return (roomy.length === 0 ? paddings : roomy)
    .map((padding) => fitted(points, size, padding))
    .reduce<View | null>((best, view) => (best === null || (view?.zoom ?? 0) > best.zoom ? view : best), null);
}

const roomIn = ({ width, height }: Size, { top, right, bottom, left }: Padding): Size => ({
  width: width - left - right,
  height: height - top - bottom,
});

/** What is to be seen, and `margin` pixels around it. */
export function boxOf(view: View, size: Size, margin = 0): Box {
  const northWest = pointAt(toSpot({ x: -margin, y: -margin }, view, size));
  const southEast = pointAt(toSpot({ x: size.width + margin, y: size.height + margin }, view, size));
  return {
    south: southEast.latitude,
    west: Math.max(-180e6, northWest.longitude),
    north: northWest.latitude,
    east: Math.min(180e6, southEast.longitude),
  };
}

/** Metres on the ground that a pixel at the map's centre is wide. */
export function metresPerPixel(view: View): number {
  const { latitude } = pointAt(view);
  return (EQUATOR_METRES * Math.cos((latitude * Math.PI) / 180e6)) / pixelsOf(view.zoom);
}

/** The greatest round distance (1, 2 or 5 and zeros, in metres) that is at most `most` pixels wide. */
export function scaleBar(view: View, most: number): { readonly metres: number; readonly pixels: number } {
  const each = metresPerPixel(view);
  const power = 10 ** Math.floor(Math.log10(each * most));
  const metres = ([5, 2, 1].find((times) => times * power <= each * most) ?? 1) * power;
  return { metres, pixels: metres / each };
}

/** The outline of the world, read from a topology of world-atlas: coasts and borders as lines on the flat world. */
import { type Spot, spotOf } from "./view";

/** As the file has it: arcs of whole-number steps, and shapes made of them. */
export interface Topology {
  readonly transform: { readonly scale: readonly number[]; readonly translate: readonly number[] };
  readonly arcs: readonly (readonly (readonly number[])[])[];
  readonly objects: Readonly<Record<string, Shape>>;
}

interface Shape {
  readonly type: string;
  readonly arcs?: unknown;
  readonly geometries?: readonly Shape[];
}

/** Ready to be painted. */
export interface Outline {
  /** Closed lines around the land, lakes left out by going the other way round. */
  readonly land: readonly (readonly Spot[])[];
  /** Each coast and border once. */
  readonly lines: readonly (readonly Spot[])[];
}

export function readOutline({ transform, arcs, objects }: Topology): Outline {
  const [kx = 1, ky = 1] = transform.scale;
  const [dx = 0, dy = 0] = transform.translate;
  const lines = arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([east = 0, north = 0]) => {
      [x, y] = [x + east, y + north];
      return spotOf({ longitude: (x * kx + dx) * 1e6, latitude: (y * ky + dy) * 1e6 });
    });
  });
  const { land } = objects;
  // An arc that is gone along backwards is named by the complement of its number.
  const along = (arc: number) => (arc < 0 ? (lines[~arc] ?? []).toReversed() : (lines[arc] ?? []));
  return {
    lines: lines.flatMap(cut),
    land: land === undefined ? [] : ringsOf(land).flatMap((ring) => wound(ring.flatMap(along))),
  };
}

/** A line that goes over the date line is two on the map. */
function cut(line: readonly Spot[]): readonly (readonly Spot[])[] {
  const at = line.findIndex(({ x }, index) => index > 0 && isOver(line[index - 1], x));
  return at === -1 ? [line] : [line.slice(0, at), ...cut(line.slice(at))];
}

const isOver = (before: Spot | undefined, x: number): boolean => before !== undefined && Math.abs(x - before.x) > 0.5;

/**
 * A ring that goes over the date line goes on beyond the edge of the map instead, and comes again one world away, so that both
 * of its parts are seen; the one around the pole is closed along the lower edge.
 */
function wound(ring: readonly Spot[]): readonly (readonly Spot[])[] {
  let [shift, before]: [number, Spot | undefined] = [0, undefined];
  const spots = ring.map((spot) => {
    if (isOver(before, spot.x)) shift += spot.x < (before?.x ?? 0) ? 1 : -1;
    before = spot;
    return { x: spot.x + shift, y: spot.y };
  });
  const [first, last] = [spots[0], spots.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (Math.abs(last.x - first.x) > 0.5) spots.push({ x: last.x, y: 1 }, { x: first.x, y: 1 });
  const away = spots.some(({ x }) => x > 1) ? -1 : spots.some(({ x }) => x < 0) ? 1 : 0;
  return away === 0 ? [spots] : [spots, spots.map(({ x, y }) => ({ x: x + away, y }))];
}

/** The rings of a shape, each as the numbers of its arcs. */
function ringsOf({ arcs, geometries = [] }: Shape): readonly (readonly number[])[] {
  const inner = geometries.flatMap(ringsOf);
  return Array.isArray(arcs) ? [...inner, ...flatRings(arcs)] : inner;
}

function flatRings(arcs: readonly unknown[]): readonly (readonly number[])[] {
  return typeof arcs[0] === "number" ? [arcs as number[]] : arcs.flatMap((inner) => flatRings(inner as unknown[]));
}

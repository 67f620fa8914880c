/** What a device knows of the ways by road: legs between cells of some ten metres, kept by the cell from which they lead. Pure. */
import type { RoadLeg, RoadRow, RoadTable } from "#lib/store/roads";
import type { Point } from "./place";

/** The leg from one cell to another, undefined where nobody has told it. */
export type FindLeg = (from: number, to: number) => RoadLeg | undefined;

/** As many places as the server takes. */
export const MOST_PLACES = 60;
/** A leg older than this is asked for again; until it is told it still counts. */
export const FRESH_MS = 60 * 86_400_000;
/** Ways that are kept from one cell. */
export const MOST_LEGS = 120;

const MICRODEGREES_A_CELL = 100;
const COLUMNS = 3_600_001;

/** The cell that a place is in: eleven metres from south to north. */
export function cellOf({ latitude, longitude }: Point): number {
  const row = Math.round(latitude / MICRODEGREES_A_CELL) + 900_000;
  return row * COLUMNS + Math.round(longitude / MICRODEGREES_A_CELL) + 1_800_000;
}

/** One place of each cell, in their order, as many as can be asked for. */
export function placesToAsk(points: readonly (Point | null)[]): readonly Point[] {
  const placeByCell = new Map<number, Point>();
  for (const point of points) {
    if (point === null || placeByCell.size >= MOST_PLACES || placeByCell.has(cellOf(point))) continue;
    placeByCell.set(cellOf(point), point);
  }
  return [...placeByCell.values()];
}

/** Whether a way between two of the cells is not known, or was told too long ago. */
export function isMissing(cells: readonly number[], find: FindLeg, now: number): boolean {
  return cells.some((from) =>
    cells.some((to) => from !== to && (find(from, to)?.at ?? Number.NEGATIVE_INFINITY) < now - FRESH_MS),
  );
}

/** The rows as they are once the server has told the ways between `places`; those that were told last stay where there are too many. */
export function learn(
  rows: ReadonlyMap<number, RoadRow>,
  places: readonly Point[],
  { metres, seconds }: RoadTable,
  now: number,
): readonly RoadRow[] {
  const cells = places.map(cellOf);
  return cells.map((from, row) => {
    const legs = new Map(rows.get(from)?.legs);
    cells.forEach((to, column) => {
      if (from === to) return;
      legs.delete(to); // what is told anew stands last
      legs.set(to, { metres: metres[row]?.[column] ?? null, seconds: seconds[row]?.[column] ?? null, at: now });
    });
    return { from, legs: new Map([...legs].slice(-MOST_LEGS)), at: now };
  });
}

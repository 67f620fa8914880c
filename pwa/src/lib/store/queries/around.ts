/** What lies around a place, as SQL: the box by which the index finds it, and the circle in the box, on the sphere. */
import type { SqlValue } from "../database.ts";

/** A place in micro-degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Gives a value its number in the statement. */
export type Take = (value: SqlValue) => string;

export const METRES_PER_MICRODEGREE = 0.111_195;
const EARTH_METRES = 6_371_008;
const RADIANS = Math.PI / 180e6;
/** In micro-degrees: the latitude of a pole, and all longitudes. */
const POLE = 90_000_000;
const ALL_AROUND = 360_000_000;
/** The box may be so much larger than the circle, which is told in whole metres. */
const SLACK = 10;

/** A box that holds whatever is not farther than `reach` micro-degrees of latitude; east and west meet at the date line. */
export function boxAround({ latitude, longitude }: Place, reach: number, take: Take): string[] {
  const box = [`latitude BETWEEN ${take(latitude - reach)} AND ${take(latitude + reach)}`];
  // A degree of longitude is shortest where the circle is nearest to a pole; around a pole lie all of them.
  const nearest = Math.abs(latitude) + reach;
  const aside = nearest < POLE ? reach / Math.cos(nearest * RADIANS) : ALL_AROUND;
  if (aside >= ALL_AROUND / 2) return box;
  const [west, east] = [longitude - aside, longitude + aside];
  if (west < -ALL_AROUND / 2) box.push(`(longitude <= ${take(east)} OR longitude >= ${take(west + ALL_AROUND)})`);
  else if (east > ALL_AROUND / 2) box.push(`(longitude >= ${take(west)} OR longitude <= ${take(east - ALL_AROUND)})`);
  else box.push(`longitude BETWEEN ${take(west)} AND ${take(east)}`);
  return box;
}

/** The box, and in it whatever is not farther than so many metres. */
export function circleAround(here: Place, metres: number, take: Take): string[] {
  const half = Math.min(metres / EARTH_METRES, Math.PI) / 2;
  const square = (column: keyof Place) => `pow(sin((${column} - ${take(here[column])}) * ${RADIANS / 2}), 2)`;
  const shrink = `cos(latitude * ${RADIANS}) * ${take(Math.cos(here.latitude * RADIANS))}`;
  return [
    ...boxAround(here, metres / METRES_PER_MICRODEGREE + SLACK, take),
    `${square("latitude")} + ${shrink} * ${square("longitude")} <= ${take(Math.sin(half) ** 2)}`,
  ];
}

/** Metres between two places on the sphere, null where one is unknown. */
export function distanceBetween(
  a: { readonly latitude: number | null; readonly longitude: number | null },
  b: Place | undefined,
): number | null {
  if (b === undefined || a.latitude === null || a.longitude === null) return null;
  const [p, q] = [a.latitude * RADIANS, b.latitude * RADIANS];
  const half =
    Math.sin((p - q) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin(((a.longitude - b.longitude) * RADIANS) / 2) ** 2;
  return Math.round(2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(half))));
}

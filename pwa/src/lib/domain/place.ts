/** Where things are: points in micro-degrees, distances in metres, and what a phone's place proves. */
import type { VisitPresence } from "$sync/schema.gen";

/** Micro-degrees, north and east positive. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where a phone believes to be; it is within `accuracy` metres with a chance of 95 %. */
export interface Place extends Point {
  readonly accuracy: number;
}

const EARTH_RADIUS_METRES = 6_371_008.8; // mean radius, IUGG
const RADIANS_PER_MICRODEGREE = Math.PI / 180 / 1_000_000;

/** A shop, its car park, and an address that the geocoder put at the wrong end of the building. */
export const AT_CUSTOMER_METRES = 200;

/** Great-circle distance in whole metres (haversine: exact enough near and far, no trouble at the date line). */
export function metresBetween(a: Point, b: Point): number {
  const [south, north] = [a.latitude * RADIANS_PER_MICRODEGREE, b.latitude * RADIANS_PER_MICRODEGREE];
  const width = (b.longitude - a.longitude) * RADIANS_PER_MICRODEGREE;
  const chord = Math.sin((north - south) / 2) ** 2 + Math.cos(south) * Math.cos(north) * Math.sin(width / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(chord))));
}

/** The point of a record with a place, null without one. */
export function pointOf(record: {
  readonly latitude?: number | null | undefined;
  readonly longitude?: number | null | undefined;
}): Point | null {
  const { latitude, longitude } = record;
  return typeof latitude === "number" && typeof longitude === "number" ? { latitude, longitude } : null;
}

/** Whether a reading is sharp enough to tell who is at a customer's, and where his pin belongs. */
export const isSharp = ({ accuracy }: { readonly accuracy?: number | null | undefined }): boolean =>
  typeof accuracy === "number" && accuracy <= AT_CUSTOMER_METRES;

/** What a check-in's place says: where the person was, and how far from the customer in metres. */
export interface Evidence {
  readonly presence: VisitPresence;
  readonly distance: number | null;
}

/**
 * What `place` proves about being at `customer`. "Elsewhere" only where the phone cannot have been there even if its reading is
 * off by the whole accuracy; "unknown" where either place is missing or the reading is too coarse to tell.
 */
export function evidenceOf(customer: Point | null, place: Place | null): Evidence {
  if (customer === null || place === null) return { presence: "unknown", distance: null };
  const distance = metresBetween(customer, place);
  if (distance - place.accuracy > AT_CUSTOMER_METRES) return { presence: "elsewhere", distance };
  const isThere = distance <= AT_CUSTOMER_METRES && isSharp(place);
  return { presence: isThere ? "at_customer" : "unknown", distance };
}

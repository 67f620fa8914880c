/** What a customer's mark on the map says: a colour, and a shape with it for whoever cannot tell the colours apart. */
import type { CustomerPhase, CustomerValueClass } from "$sync/schema.gen";
import { type CallCycles, cycleOf } from "../call-cycle";

/** What the marks are coloured by. */
export type ColourBy = "overdue" | "value" | "phase";

export type Shape = "circle" | "triangle" | "diamond" | "square" | "ring";
export type ShadeTone = "green" | "amber" | "red" | "blue" | "violet" | "neutral";

/** The corners of the shapes that have some, in radii from the middle. */
export const CORNERS: Readonly<Record<Exclude<Shape, "circle" | "ring">, readonly (readonly [number, number])[]>> = {
  triangle: [
    [0, -1.05],
    [1, 0.8],
    [-1, 0.8],
  ],
  diamond: [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  square: [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
};
/** The radius of those without corners, in radii. */
export const ROUND = 0.85;

/** How long somebody has been without a visit, by how often his like is visited. */
export type Overdue = "never" | "fresh" | "due" | "overdue";

export type ShadeName = Overdue | CustomerValueClass | CustomerPhase | "unknown";

/** A kind of mark, as the legend explains it. */
export interface Shade {
  readonly name: ShadeName;
  readonly tone: ShadeTone;
  readonly shape: Shape;
}

/** What is known of a customer that a mark may say. */
export interface Shaded {
  readonly value_class: CustomerValueClass | null;
  readonly phase: CustomerPhase | null;
  /** UTC milliseconds, null for never. */
  readonly lastVisitAt: number | null;
}

/** Days overdue that are still no more than "due" (docs/decisions/0142). */
export const PATIENT_DAYS = 14;
const DAY_MS = 86_400_000;

/** What days overdue are counted by. */
export interface Due {
  /** When the day began: days are those of the calendar, as Today and Plan count them. */
  readonly today: number;
  /** How often the organisation wants whom visited. */
  readonly cycles: CallCycles;
}

/**
 * Days by which the next visit is late, 0 on the day on which the call cycle is over, below 0 while there is time; null for a customer
 * never visited.
 */
export function daysOverdue(
  { value_class, lastVisitAt }: Omit<Shaded, "phase">,
  { today, cycles }: Due,
): number | null {
  if (lastVisitAt === null) return null;
  const days = lastVisitAt >= today ? 0 : Math.ceil((today - lastVisitAt) / DAY_MS);
  return days - cycleOf(value_class, cycles);
}

export function overdueOf(customer: Omit<Shaded, "phase">, due: Due): Overdue {
  const days = daysOverdue(customer, due);
  if (days === null) return "never";
  if (days < 0) return "fresh";
  return days <= PATIENT_DAYS ? "due" : "overdue";
}

const UNKNOWN: Shade = { name: "unknown", tone: "neutral", shape: "ring" };

/** The marks of each way to colour, in the order of the legend. */
export const SHADES: Readonly<Record<ColourBy, readonly Shade[]>> = {
  overdue: [
    { name: "overdue", tone: "red", shape: "diamond" },
    { name: "due", tone: "amber", shape: "triangle" },
    { name: "fresh", tone: "green", shape: "circle" },
    { name: "never", tone: "neutral", shape: "ring" },
  ],
  value: [
    { name: "vip", tone: "violet", shape: "diamond" },
    { name: "main", tone: "blue", shape: "square" },
    { name: "regular", tone: "green", shape: "circle" },
    { name: "small", tone: "amber", shape: "triangle" },
    UNKNOWN,
  ],
  phase: [
    { name: "leaving", tone: "red", shape: "diamond" },
    { name: "starting", tone: "amber", shape: "triangle" },
    { name: "repeat", tone: "violet", shape: "square" },
    { name: "loyal", tone: "green", shape: "circle" },
    { name: "prospective", tone: "blue", shape: "ring" },
    UNKNOWN,
  ],
};

/** The place of a customer's mark in `SHADES[by]`. */
export function shadeOf(by: ColourBy, customer: Shaded, due: Due): number {
  const name = by === "overdue" ? overdueOf(customer, due) : by === "value" ? customer.value_class : customer.phase;
  const found = SHADES[by].findIndex((shade) => shade.name === name);
  return found === -1 ? SHADES[by].length - 1 : found;
}

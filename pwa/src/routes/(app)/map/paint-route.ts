/** Paints the day's route: the way, the stops with their numbers, and where the day begins and ends. */
import { type Size, type Spot, toScreen, type View } from "#lib/domain/map/view";
import type { Palette } from "./palette";

/** A stop of the route on the map. */
export interface RouteMark {
  readonly customer: string | null;
  readonly spot: Spot;
  readonly text: string;
  readonly state: "done" | "open" | "next" | "ahead";
}

/** The route as it is painted. */
export interface RouteDrawing {
  /** In the order of the way. */
  readonly stops: readonly RouteMark[];
  /** Where one sets out from now, and where the day ends; null for nowhere. */
  readonly from: Spot | null;
  readonly end: Spot | null;
}

export const STOP_RADIUS = 14;
/** How far a chosen stop's mark reaches from its place, with some air. */
export const MARK_REACH = STOP_RADIUS + 10;
const TAU = 2 * Math.PI;

/** The way, below the marks of the customers. */
export function paintWay(
  context: CanvasRenderingContext2D,
  view: View,
  size: Size,
  palette: Palette,
  { stops, from, end }: RouteDrawing,
): void {
  const at = (spot: Spot) => toScreen(spot, view, size);
  const passed = stops.filter(({ state }) => state === "done" || state === "open").map(({ spot }) => at(spot));
  const ahead = stops.filter(({ state }) => state === "next" || state === "ahead").map(({ spot }) => at(spot));
  const begin = from === null ? passed.at(-1) : at(from);
  const last = ahead.length > 0 && end !== null ? [at(end)] : [];
  trace(context, passed, palette.brandMid, 2.5, []);
  trace(context, [...(begin === undefined ? [] : [begin]), ...ahead, ...last], palette.brand, 4, [0.1, 9]);
}

/** The stops, above everything; the next one on top where they are close together. */
export function paintStops(
  context: CanvasRenderingContext2D,
  view: View,
  size: Size,
  palette: Palette,
  { stops, end }: RouteDrawing,
): void {
  if (end !== null) paintHouse(context, toScreen(end, view, size), palette);
  for (const mark of stops.toReversed()) paintStop(context, toScreen(mark.spot, view, size), mark, palette);
}

function trace(
  context: CanvasRenderingContext2D,
  way: readonly Spot[],
  colour: string,
  width: number,
  dash: number[],
): void {
  if (way.length < 2) return;
  context.save();
  context.lineCap = "round";
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.beginPath();
  for (const { x, y } of way) context.lineTo(x, y);
  context.stroke();
  context.restore();
}

function paintStop(
  context: CanvasRenderingContext2D,
  { x, y }: Spot,
  { text, state }: RouteMark,
  palette: Palette,
): void {
  const isPassed = state === "done";
  const disc = (radius: number, colour: string) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, TAU);
    context.fill();
  };
  if (state === "next" || state === "open") disc(STOP_RADIUS + 5, palette.brandMid);
  disc(STOP_RADIUS + 2.5, palette.surface);
  disc(STOP_RADIUS, isPassed ? palette.surface : palette.brand);
  if (isPassed) {
    context.strokeStyle = palette.brand;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, STOP_RADIUS - 1, 0, TAU);
    context.moveTo(x - 5, y);
    context.lineTo(x - 1.5, y + 4);
    context.lineTo(x + 5.5, y - 4);
    context.stroke();
    return;
  }
  context.fillStyle = palette.brandInk;
  context.font = `700 13px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}

function paintHouse(context: CanvasRenderingContext2D, { x, y }: Spot, palette: Palette): void {
  context.beginPath();
  for (const [dx, dy] of [
    [-9, 9],
    [-9, -1],
    [0, -10],
    [9, -1],
    [9, 9],
  ] as const)
    context.lineTo(x + dx, y + dy);
  context.closePath();
  context.lineJoin = "round";
  context.lineWidth = 5;
  context.strokeStyle = palette.surface;
  context.stroke();
  context.fillStyle = palette.ink;
  context.fill();
  context.fillStyle = palette.surface;
  context.fillRect(x - 2.5, y + 2, 5, 7);
}

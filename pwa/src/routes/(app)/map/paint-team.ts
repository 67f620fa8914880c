/** Paints the team's day: each visit with the initials and the colour of its rep, filled when it is done. */
import type { ShadeTone } from "#lib/domain/map/shade";
import { type Size, type Spot, toScreen, type View } from "#lib/domain/map/view";
import type { Palette } from "./palette";

/** A rep's day as it is painted. */
export interface TeamDrawing {
  readonly tone: ShadeTone;
  readonly text: string;
  /** In the order of the way. */
  readonly visits: readonly {
    readonly spot: Spot;
    readonly customer: string;
    readonly state: "done" | "open" | "planned";
  }[];
}

export const VISIT_RADIUS = 13;
const TAU = 2 * Math.PI;

export function paintTeam(
  context: CanvasRenderingContext2D,
  view: View,
  size: Size,
  palette: Palette,
  team: readonly TeamDrawing[],
): void {
  context.lineJoin = "round";
  for (const { tone, visits } of team) {
    context.globalAlpha = 0.6;
    context.lineWidth = 2;
    context.strokeStyle = palette[tone];
    context.beginPath();
    for (const { spot } of visits) {
      const { x, y } = toScreen(spot, view, size);
      context.lineTo(x, y);
    }
    context.stroke();
    context.globalAlpha = 1;
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `700 11px ${palette.font}`;
  const disc = (x: number, y: number, radius: number, colour: string) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, TAU);
    context.fill();
  };
  for (const { tone, text, visits } of team) {
    for (const { spot, state } of visits.toReversed()) {
      const { x, y } = toScreen(spot, view, size);
      if (state === "open") disc(x, y, VISIT_RADIUS + 5, palette.brandMid);
      disc(x, y, VISIT_RADIUS + 2, palette.surface);
      disc(x, y, VISIT_RADIUS, palette[tone]);
      if (state === "planned") disc(x, y, VISIT_RADIUS - 2.5, palette.surface);
      context.fillStyle = state === "planned" ? palette.ink : palette.surface;
      context.fillText(text, x, y + 0.5);
    }
  }
}

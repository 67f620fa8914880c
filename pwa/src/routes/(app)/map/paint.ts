/** Paints the map on a canvas, from the ground up. Everything is in pixels of the page; the caller has set the scale. */
import type { Clusters, Mark } from "#lib/domain/map/clusters";
import type { Outline } from "#lib/domain/map/outline";
import { CORNERS, ROUND, type Shade, type Shape } from "#lib/domain/map/shade";
import { placeTowns, type Town } from "#lib/domain/map/towns";
import { metresPerPixel, pixelsOf, type Size, type Spot, toScreen, type View } from "#lib/domain/map/view";
import { paintStops, paintWay, type RouteDrawing, STOP_RADIUS } from "./paint-route";
import { paintTeam, type TeamDrawing, VISIT_RADIUS } from "./paint-team";
import type { Palette } from "./palette";
import type { RegionTiles } from "./region-tiles";

/** The outline in the form that a canvas paints fastest. */
export interface Ground {
  readonly land: Path2D;
  readonly lines: Path2D;
}

/** What the map shows, whatever part of it is seen. */
export interface Scene {
  readonly ground: Ground | null;
  /** The region file, where there is one. */
  readonly region: RegionTiles | null;
  readonly clusters: Clusters | null;
  readonly shades: readonly Shade[];
  readonly towns: readonly Town[];
  readonly route: RouteDrawing | null;
  /** The team's day, in place of the customers; null where it is not asked for. */
  readonly team: readonly TeamDrawing[] | null;
  /** The customer whose card is open. */
  readonly chosen: (Spot & { readonly shade: number }) | null;
  /** Where the phone is, and how far off that may be in metres. */
  readonly here: (Spot & { readonly accuracy: number }) | null;
}

/** One frame. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly view: View;
  readonly size: Size;
  readonly palette: Palette;
  readonly number: (value: number) => string;
}

/** Something that a tap may mean: where it was painted, and how large. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly mark: Mark | { readonly kind: "stop"; readonly customer: string | null };
}

/** The outline is a kilometre off, which shows from here on; from the second zoom on it is gone. */
const FADES_AT = 8;
const GONE_AT = 10;
const MARK = 9;
const TAU = 2 * Math.PI;

export function groundOf({ land, lines }: Outline): Ground {
  const trace = (paths: readonly (readonly Spot[])[], isClosed: boolean) => {
    const path = new Path2D();
    for (const spots of paths) {
      for (const [at, { x, y }] of spots.entries()) at === 0 ? path.moveTo(x, y) : path.lineTo(x, y);
      if (isClosed) path.closePath();
    }
    return path;
  };
  return { land: trace(land, true), lines: trace(lines, false) };
}

/** Paints the scene and returns what can be tapped. */
export function paint(frame: Frame, scene: Scene): readonly Hit[] {
  paintGround(frame, scene.ground);
  scene.region?.draw(frame.context, frame.view, frame.size, frame.palette);
  const { context, view, size, palette } = frame;
  if (scene.route !== null) paintWay(context, view, size, palette, scene.route);
  const marks = paintMarks(frame, scene);
  paintHere(frame, scene.here);
  if (scene.route !== null) paintStops(context, view, size, palette, scene.route);
  if (scene.team !== null) paintTeam(context, view, size, palette, scene.team);
  const stops = [...stopsOf(frame, scene.route), ...visitsOf(frame, scene.team)];
  paintChosen(frame, scene);
  const hits = [...stops, ...marks];
  paintTowns(frame, scene.towns, hits);
  return hits;
}

function paintGround(frame: Frame, ground: Ground | null): void {
  const { context, view, size, palette } = frame;
  const clear = Math.max(0, Math.min(1, (view.zoom - FADES_AT) / (GONE_AT - FADES_AT)));
  const fill = (colour: string, alpha: number) => {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.fillRect(0, 0, size.width, size.height);
    context.globalAlpha = 1;
  };
  fill(ground === null ? palette.land : palette.water, 1);
  if (ground !== null && clear < 1) {
    const pixels = pixelsOf(view.zoom);
    context.save();
    context.translate(size.width / 2 - view.x * pixels, size.height / 2 - view.y * pixels);
    context.scale(pixels, pixels);
    context.fillStyle = palette.land;
    context.fill(ground.land, "evenodd");
    context.lineWidth = 1 / pixels;
    context.lineJoin = "round";
    context.strokeStyle = palette.border;
    context.globalAlpha = 0.55;
    context.stroke(ground.lines);
    context.restore();
  }
  if (clear > 0) {
    fill(palette.land, clear);
    paintGrid(frame, clear);
  }
}

/** Lines at fixed places, so that a plain ground is seen to move. */
function paintGrid({ context, view, size, palette }: Frame, alpha: number): void {
  const pixels = pixelsOf(view.zoom);
  const step = 2 ** -Math.floor(view.zoom - 0.5 + 1);
  context.strokeStyle = palette.line;
  context.globalAlpha = alpha * 0.8;
  context.lineWidth = 1;
  context.beginPath();
  const [left, top] = [view.x - size.width / 2 / pixels, view.y - size.height / 2 / pixels];
  for (let x = Math.ceil(left / step) * step; (x - left) * pixels < size.width; x += step) {
    context.moveTo(Math.round((x - left) * pixels) + 0.5, 0);
    context.lineTo(Math.round((x - left) * pixels) + 0.5, size.height);
  }
  for (let y = Math.ceil(top / step) * step; (y - top) * pixels < size.height; y += step) {
    context.moveTo(0, Math.round((y - top) * pixels) + 0.5);
    context.lineTo(size.width, Math.round((y - top) * pixels) + 0.5);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function paintHere({ context, view, size, palette }: Frame, here: Scene["here"]): void {
  if (here === null) return;
  const { x, y } = toScreen(here, view, size);
  context.fillStyle = palette.blue;
  context.globalAlpha = 0.14;
  disc(context, x, y, Math.min(here.accuracy / metresPerPixel(view), Math.max(size.width, size.height)));
  context.globalAlpha = 1;
  context.fillStyle = palette.surface;
  disc(context, x, y, 11);
  context.fillStyle = palette.blue;
  disc(context, x, y, 7.5);
}

function paintMarks(frame: Frame, { clusters, shades }: Scene): readonly Hit[] {
  const { view, size } = frame;
  return (clusters?.marksIn(view, size) ?? []).map((mark): Hit => {
    const radius = mark.kind === "one" ? MARK : 13 + 3.5 * Math.log10(mark.count);
    const { x, y } = toScreen(mark.spot, view, size);
    if (mark.kind === "many") paintMany(frame, x, y, radius, mark, shades);
    else paintOne(frame, x, y, radius, shades[mark.shade]);
    return { x, y, radius, mark };
  });
}

function stopsOf({ view, size }: Frame, route: RouteDrawing | null): readonly Hit[] {
  return (route?.stops ?? []).map(({ customer, spot }) => ({
    ...toScreen(spot, view, size),
    radius: STOP_RADIUS,
    mark: { kind: "stop", customer },
  }));
}

function visitsOf({ view, size }: Frame, team: Scene["team"]): readonly Hit[] {
  return (team ?? []).flatMap(({ visits }) =>
    visits.map(({ customer, spot }) => ({
      ...toScreen(spot, view, size),
      radius: VISIT_RADIUS,
      mark: { kind: "stop", customer } as const,
    })),
  );
}

function paintChosen(frame: Frame, { chosen, shades, route }: Scene): void {
  if (chosen === null) return;
  const { context, view, size, palette } = frame;
  const { x, y } = toScreen(chosen, view, size);
  const isStop = route?.stops.some(({ spot }) => spot.x === chosen.x && spot.y === chosen.y) === true;
  context.strokeStyle = palette.ink;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x, y, isStop ? STOP_RADIUS + 7 : MARK + 7, 0, TAU);
  context.stroke();
  if (isStop) return;
  context.fillStyle = palette.surface;
  disc(context, x, y, MARK + 6);
  paintOne(frame, x, y, MARK, shades[chosen.shade]);
}

function paintOne({ context, palette }: Frame, x: number, y: number, radius: number, shade: Shade | undefined): void {
  const { tone, shape } = shade ?? { tone: "neutral", shape: "ring" };
  paintShape(context, shape, x, y, radius, palette[tone], palette.surface);
}

/** A number, in a ring that shows how many of each shade it stands for. */
function paintMany(
  { context, palette, number }: Frame,
  x: number,
  y: number,
  radius: number,
  mark: Extract<Mark, { kind: "many" }>,
  shades: readonly Shade[],
): void {
  context.fillStyle = palette.surface;
  disc(context, x, y, radius + 2);
  let from = -TAU / 4;
  context.lineWidth = 4.5;
  for (const [at, count] of mark.counts.entries()) {
    if (count === 0) continue;
    const to = from + (TAU * count) / mark.count;
    context.strokeStyle = palette[shades[at]?.tone ?? "neutral"];
    context.beginPath();
    context.arc(x, y, radius - 2, from, to);
    context.stroke();
    from = to;
  }
  context.fillStyle = palette.ink;
  context.font = `660 ${mark.count < 1000 ? 12 : 11}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(number(mark.count), x, y + 0.5);
}

/** The shape of a mark, with an edge that lifts it from the ground. */
function paintShape(
  context: CanvasRenderingContext2D,
  shape: Shape,
  x: number,
  y: number,
  radius: number,
  colour: string,
  edge: string,
): void {
  context.beginPath();
  if (shape === "circle" || shape === "ring") context.arc(x, y, radius * ROUND, 0, TAU);
  else {
    const corners = CORNERS[shape];
    for (const [at, [dx, dy]] of corners.entries()) {
      if (at === 0) context.moveTo(x + dx * radius, y + dy * radius);
      else context.lineTo(x + dx * radius, y + dy * radius);
    }
    context.closePath();
  }
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = edge;
  context.stroke();
  if (shape !== "ring") {
    context.fillStyle = colour;
    context.fill();
    return;
  }
  context.fillStyle = edge;
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = colour;
  context.stroke();
}

function paintTowns({ context, view, size, palette }: Frame, towns: readonly Town[], hits: readonly Hit[]): void {
  context.font = `600 12.5px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = palette.land;
  context.fillStyle = palette.quiet;
  for (const { name, x, y } of placeTowns(towns, view, size, hits, (text) => context.measureText(text).width)) {
    context.strokeText(name, x, y);
    context.fillText(name, x, y);
  }
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, TAU);
  context.fill();
}

/** What a tap at a pixel means: the nearest mark within a thumb's reach. */
export function hitAt(hits: readonly Hit[], x: number, y: number, reach: number): Hit | null {
  let [best, least]: [Hit | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const hit of hits) {
    const away = Math.hypot(hit.x - x, hit.y - y) - hit.radius;
    if (away <= reach && away < least) [best, least] = [hit, away];
  }
  return best;
}

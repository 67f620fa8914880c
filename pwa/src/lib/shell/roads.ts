/** Keeps the ways by road between the places of the days that are looked at: from the device, and from the server what is not there. */
import type { Point } from "#lib/domain/place";
import { cellOf, type FindLeg, isMissing, learn, placesToAsk } from "#lib/domain/road-legs";
import type { RoadBox, RoadRow, RoadTable } from "#lib/store/roads";

/** What the keeper needs of the world. */
export interface RoadWorld {
  readonly box: RoadBox;
  /** Whether the server answers now, as far as anybody knows. */
  readonly isReachable: () => boolean;
  /** Whether the server knows distances by road; null without an answer. */
  readonly find: () => Promise<boolean | null>;
  /** The ways between these places, null where they cannot be had now. */
  readonly ask: (places: readonly Point[]) => Promise<RoadTable | null>;
  /** Whether the person has left this device, so that nothing of his may be kept. */
  readonly isGone: () => Promise<boolean>;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Does `work` after so many milliseconds; returns the way to call it off. */
  readonly after: (ms: number, work: () => void) => () => void;
  /** More is known than before. */
  readonly changed: () => void;
}

/** A day that is opened or changed is asked for once nothing more has changed for so long. */
export const SETTLES_MS = 1_500;
/** What could not be had is asked for again after so long, or when the server is back. */
export const AGAIN_MS = 5 * 60_000;

/** See the module. Silent where something fails: straight lines stand in for what is not known. */
export class RoadKeeper {
  readonly #rows = new Map<number, RoadRow>();
  readonly #recalled = new Set<number>();
  #places: readonly Point[] = [];
  /** Whether the server knows roads; null while nobody has said. */
  #isOn: boolean | null = null;
  #isAsking = false;
  #isStopped = false;
  #callOff = () => {};

  constructor(private readonly world: RoadWorld) {}

  readonly find: FindLeg = (from, to) => this.#rows.get(from)?.legs.get(to);

  /** A day with these places is being looked at. */
  async look(points: readonly (Point | null)[]): Promise<void> {
    const places = placesToAsk(points);
    const cells = places.map(cellOf);
    const before = new Set(this.#places.map(cellOf));
    if (cells.length === before.size && cells.every((cell) => before.has(cell))) return;
    this.#places = places;
    await this.#recall(cells.filter((cell) => !this.#recalled.has(cell)));
    this.#askIn(SETTLES_MS);
  }

  /** The server may be back. */
  wake(): void {
    if (this.#isLacking()) this.#askIn(SETTLES_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#callOff();
  }

  async #recall(cells: readonly number[]): Promise<void> {
    if (cells.length === 0) return;
    const rows = await this.world.box.read(cells).catch(() => []);
    for (const cell of cells) this.#recalled.add(cell);
    // What has been told meanwhile is newer.
    for (const row of rows) if (!this.#rows.has(row.from)) this.#rows.set(row.from, row);
    if (rows.length > 0) this.world.changed();
  }

  #isLacking(): boolean {
    return this.#isOn !== false && isMissing(this.#places.map(cellOf), this.find, this.world.now());
  }

  #askIn(ms: number): void {
    this.#callOff();
    if (!this.#isStopped) this.#callOff = this.world.after(ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    // Whoever asks already looks again afterwards; whoever is cut off is woken.
    if (this.#isAsking || this.#isStopped || !this.#isLacking() || !this.world.isReachable()) return;
    this.#isAsking = true;
    const places = this.#places;
    const isTold = await this.#learn(places).catch(() => false);
    this.#isAsking = false;
    if (this.#isLacking()) this.#askIn(isTold || places !== this.#places ? SETTLES_MS : AGAIN_MS);
  }

  async #learn(places: readonly Point[]): Promise<boolean> {
    this.#isOn ??= await this.world.find();
    if (this.#isOn !== true || this.#isStopped) return false;
    const table = await this.world.ask(places);
    if (table === null || this.#isStopped || !isWhole(table, places.length)) return false;
    const rows = learn(this.#rows, places, table, this.world.now());
    for (const row of rows) this.#rows.set(row.from, row);
    this.world.changed();
    await this.#keep(rows);
    return true;
  }

  /** A browser that keeps nothing has them until the app is closed. */
  async #keep(rows: readonly RoadRow[]): Promise<void> {
    const { box, isGone } = this.world;
    await box.keep(rows).catch(() => undefined);
    if (await isGone()) await box.drop().catch(() => undefined);
  }
}

const isWhole = ({ metres, seconds }: RoadTable, count: number): boolean =>
  [metres, seconds].every((rows) => rows.length === count && rows.every((row) => row.length === count));

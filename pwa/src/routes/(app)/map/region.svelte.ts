/** The region file of this device: chosen once, kept in IndexedDB, read tile by tile; what draws it is loaded with it. */
import { problemOf, type RegionProblem } from "#lib/domain/map/tiles";
import { Kept } from "#lib/store/kept";
import type { RegionTiles } from "./region-tiles";

/** As it is kept. */
interface KeptRegion {
  readonly name: string;
  readonly file: Blob;
}

/** A region file that is open. */
export interface OpenRegion {
  readonly name: string;
  readonly bytes: number;
  /** Whom the file names as its source; "" for nobody. */
  readonly credit: string;
  readonly tiles: RegionTiles;
}

const kept = new Kept<KeptRegion>("map-region");

class Region {
  current = $state.raw<OpenRegion | null>(null);
  problem = $state<RegionProblem | null>(null);
  /** Counts the tiles that have arrived: with each the map is painted anew. */
  arrived = $state(0);
  #restored = false;

  /** Opens what was kept, once. */
  async restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const found = await kept.read().catch(() => null);
    if (found !== null) this.current = await this.#open(found);
  }

  /** Opens a file and keeps it; a bad one changes nothing and is told by `problem`. It is shown once it is on the disk, not before. */
  async choose(file: File): Promise<boolean> {
    const chosen = { name: file.name, file };
    if ((await this.#open(chosen)) === null) return false;
    let copy: KeptRegion | null;
    try {
      await kept.keep(chosen);
      copy = await kept.read();
    } catch {
      this.problem = "no_room";
      return false;
    }
    // From now on it is read from what is kept: the file itself may be moved or removed.
    const open = copy === null ? null : await this.#open(copy);
    if (open !== null) this.current = open;
    return open !== null;
  }

  /** Forgets it; returns what takes that back. */
  async remove(): Promise<() => Promise<void>> {
    const [before, standing] = [await kept.read(), this.current];
    await kept.drop();
    [this.current, this.problem] = [null, null];
    return async () => {
      if (before === null) return;
      await kept.keep(before);
      this.current = standing;
    };
  }

  /** Null where it is no region file; `problem` says why. */
  async #open({ name, file }: KeptRegion): Promise<OpenRegion | null> {
    const { openRegion } = await import("./region-tiles");
    try {
      const { tiles, head, credit } = await openRegion(new File([file], name), () => {
        this.arrived += 1;
      });
      this.problem = problemOf(head, file.size);
      return this.problem === null ? { name, bytes: file.size, credit, tiles } : null;
    } catch {
      // The reader of the file says so in one sentence of its own, whatever the file is.
      this.problem = "not_a_region";
      return null;
    }
  }
}

export const region = new Region();

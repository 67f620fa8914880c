/** Where the phone is, as the browser tells it: asked for only when it helps, never waited for. */
import type { Place } from "#lib/domain/place";

const microdegrees = (degrees: number) => Math.round(degrees * 1_000_000);

/** Somebody who drives is a few kilometres further by then. */
const FRESH_MS = 3 * 60_000;

/** The last place that was read since the app was opened. */
class Here {
  place = $state.raw<Place | null>(null);
  /** Of when the place is, where it is old and could not be read again; null else. */
  oldSince = $state<number | null>(null);
  readonly #exists = typeof navigator !== "undefined" && "geolocation" in navigator;
  /** What the browser said last; a tap asks it all the same, for the person may have allowed it since. */
  #denied = $state(false);
  #readAt = 0;
  #running: Promise<Place | null> | null = null;

  /** False where the person said no, or the browser has none. */
  get possible(): boolean {
    return this.#exists && !this.#denied;
  }

  /** False where the browser has none, whatever the person would say. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Call once when a book is open: hears what the person allows in the browser's settings, and reads an old place again on return. */
  start(): () => void {
    if (!this.#exists) return () => undefined;
    let permission: PermissionStatus | null = null;
    let isOver = false;
    const changed = () => {
      if (permission !== null) this.#denied = permission.state === "denied";
    };
    const look = () => {
      if (document.visibilityState === "visible") void this.#return();
    };
    void permissionNow().then((found) => {
      if (isOver) return;
      permission = found;
      permission?.addEventListener("change", changed);
    });
    document.addEventListener("visibilitychange", look);
    return () => {
      isOver = true;
      permission?.removeEventListener("change", changed);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /**
   * Reads the place, as it was at most `oldest` milliseconds ago; null on refusal, failure or after `timeout` milliseconds. The first time
   * the browser asks the person.
   */
  async read({ timeout = 10_000, oldest = 30_000 } = {}): Promise<Place | null> {
    if (!this.#exists) return null;
    const found = await new Promise<Place | GeolocationPositionError>((resolve) => {
      navigator.geolocation.getCurrentPosition(({ coords }) => resolve(placeOf(coords)), resolve, {
        enableHighAccuracy: true,
        timeout,
        maximumAge: oldest,
      });
    });
    if ("code" in found) {
      this.#denied = found.code === found.PERMISSION_DENIED;
      this.oldSince = this.place !== null && this.#isOld() ? this.#readAt : null;
      return null;
    }
    this.#denied = false;
    this.#readAt = Date.now();
    this.oldSince = null;
    this.place = found;
    return found;
  }

  /** Reads the place unless that was done a moment ago; what is being read is not read twice. */
  async refresh(): Promise<Place | null> {
    if (this.place !== null && !this.#isOld()) return this.place;
    this.#running ??= this.read().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Reads the place if the person has said yes before; does not ask. */
  async readIfAllowed(): Promise<Place | null> {
    if (!this.#exists) return null;
    return (await permissionNow())?.state === "granted" ? this.read() : null;
  }

  /** The place of now if the person has said yes before and it comes within `ms` milliseconds, null else; a later one is kept all the same. */
  async soon(ms: number): Promise<Place | null> {
    const late = new Promise<null>((resolve) => setTimeout(resolve, ms, null));
    return Promise.race([this.readIfAllowed(), late]);
  }

  async #return(): Promise<void> {
    const state = (await permissionNow())?.state;
    this.#denied = state === "denied";
    if (state === "granted" && this.place !== null) await this.refresh();
  }

  /** A clock that was set back meanwhile says nothing of the age. */
  #isOld(): boolean {
    const age = Date.now() - this.#readAt;
    return age < 0 || age >= FRESH_MS;
  }
}

/** Null where the browser does not tell. */
const permissionNow = async (): Promise<PermissionStatus | null> =>
  "permissions" in navigator ? navigator.permissions.query({ name: "geolocation" }).catch(() => null) : null;

const placeOf = ({ latitude, longitude, accuracy }: GeolocationCoordinates): Place => ({
  latitude: microdegrees(latitude),
  longitude: microdegrees(longitude),
  accuracy,
});

export const here = new Here();

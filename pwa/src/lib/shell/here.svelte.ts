/** Where the phone is, as the browser tells it: asked for only when it helps, never waited for. */
import type { Place } from "#lib/domain/place";

const microdegrees = (degrees: number) => Math.round(degrees * 1_000_000);

/** The last place that was read since the app was opened. */
class Here {
  place = $state.raw<Place | null>(null);
  /** False where the person said no, or the browser has none. */
  possible = $state(typeof navigator !== "undefined" && "geolocation" in navigator);

  /** Reads the place; null on refusal, failure or after `timeout` milliseconds. The first time the browser asks the person. */
  async read(timeout = 10_000): Promise<Place | null> {
    if (!this.possible) return null;
    const found = await new Promise<Place | GeolocationPositionError>((resolve) => {
      navigator.geolocation.getCurrentPosition(({ coords }) => resolve(placeOf(coords)), resolve, {
        enableHighAccuracy: true,
        timeout,
        maximumAge: 30_000,
      });
    });
    if ("code" in found) {
      if (found.code === found.PERMISSION_DENIED) this.possible = false;
      return null;
    }
    this.place = found;
    return found;
  }

  /** Reads the place if the person has said yes before; does not ask. */
  async readIfAllowed(): Promise<Place | null> {
    if (!this.possible || !("permissions" in navigator)) return null;
    const permission = await navigator.permissions.query({ name: "geolocation" }).catch(() => null);
    return permission?.state === "granted" ? this.read() : null;
  }
}

const placeOf = ({ latitude, longitude, accuracy }: GeolocationCoordinates): Place => ({
  latitude: microdegrees(latitude),
  longitude: microdegrees(longitude),
  accuracy,
});

export const here = new Here();

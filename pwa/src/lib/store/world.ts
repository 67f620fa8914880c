/** What the engine needs from the world. */
export interface World {
  /** Milliseconds since 1970 UTC by this device's own clock. */
  now(): number;
  /** Fills the array with random bytes. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

import type { View } from "#lib/domain/map/view";

const FLIGHT_MS = 260;

/** Leads from one view to another in a few frames; at once for whoever wants nothing to move. Returns how to stop it. */
export function fly(from: View, to: View, show: (view: View) => void): () => void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show(to);
    return () => undefined;
  }
  const begun = performance.now();
  let asked = requestAnimationFrame(function step(now) {
    const share = Math.min(1, Math.max(0, (now - begun) / FLIGHT_MS));
    const eased = 1 - (1 - share) ** 3;
    const between = (a: number, b: number) => a + (b - a) * eased;
    show({ x: between(from.x, to.x), y: between(from.y, to.y), zoom: between(from.zoom, to.zoom) });
    if (share < 1) asked = requestAnimationFrame(step);
  });
  return () => cancelAnimationFrame(asked);
}

/** The zone of this device's clock, which changes while the app is open: who lands elsewhere has other hours, and maybe another day. */
import { resetLocalTimeZone } from "@internationalized/date";
import { reader } from "#lib/i18n";

/** Nobody who looks at the screen when a day begins, or at a border, has the old hours for longer. */
const EVERY_MS = 60_000;

/** Follows the clock's zone: whenever the person comes back, and while the app is open. Returns the way to stop. */
export function followClockZone(): () => void {
  const look = () => {
    // It keeps the zone for good too, and counts faster in that one: wrongly, once it is another's.
    resetLocalTimeZone();
    reader.readZone();
  };
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    removeEventListener("focus", look);
  };
}

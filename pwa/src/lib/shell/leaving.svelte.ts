/** Nothing is lost by going away, whichever way one goes. */
import { beforeNavigate } from "$app/navigation";

/** Calls `flush` when the page is left, hidden or closed, and when the component goes. Call it while a component is made. */
export function onLeaving(flush: () => void): void {
  beforeNavigate(flush);
  $effect(() => {
    const hide = () => document.visibilityState === "hidden" && flush();
    document.addEventListener("visibilitychange", hide);
    addEventListener("pagehide", flush);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("pagehide", flush);
      flush();
    };
  });
}

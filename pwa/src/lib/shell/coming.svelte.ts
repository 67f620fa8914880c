/** Coming to a screen, and coming back to the app while it is shown. */
import { untrack } from "svelte";

/** Runs `welcome` when the screen is come to, and whenever the person comes back to it from elsewhere. Call it while a component is made. */
export function onComing(welcome: () => void): void {
  $effect(() => {
    untrack(welcome);
    const back = () => document.visibilityState === "visible" && welcome();
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  });
}

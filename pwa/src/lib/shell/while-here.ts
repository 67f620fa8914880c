import { onDestroy } from "svelte";

/** What comes of a component's work as long as the component is there, and of what ends later nothing; call it while one is being made. */
export function whileHere(then: () => void): () => void {
  let isHere = true;
  onDestroy(() => {
    isHere = false;
  });
  return () => {
    if (isHere) then();
  };
}

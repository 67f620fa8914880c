/** A clock for the screen: elapsed times, and the day that ends at midnight while the app stays open. */
import { useStore } from "#lib/store/context";

/** The time by the server's clock, renewed every `milliseconds` and when the person comes back. Call it while a component is made. */
export function useNow(milliseconds = 20_000): { readonly now: number } {
  const store = useStore();
  let now = $state(store.now());
  const renew = () => {
    now = store.now();
  };
  $effect(() => {
    const timer = setInterval(renew, milliseconds);
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  });
  return {
    get now() {
      return now;
    },
  };
}

/** The organisation's money: what a sum is in where its record does not say. */
import { live } from "#lib/store/live.svelte";

/** Until the setting has come. */
const FALLBACK = "EUR";

/** The organisation's currency as an ISO 4217 code. Call it while a component is made, below `provideStore`. */
export function useCurrency(): { readonly code: string } {
  const settings = live(() => ["setting.values", { name: "currency" }]);
  return {
    get code() {
      const value = settings.current?.[0]?.value;
      return typeof value === "string" && /^[A-Z]{3}$/.test(value) ? value : FALLBACK;
    },
  };
}

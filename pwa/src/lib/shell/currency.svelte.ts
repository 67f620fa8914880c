/** The organisation's money: what a sum is in where its record does not say. */
import { createContext } from "svelte";
import { SHARED_ROOT } from "$sync/schema.gen";
import { type StandingSetting, useSetting } from "./setting.svelte";

/** Where the organisation has not said. */
const FALLBACK = "EUR";

/** The organisation's currency. */
export interface Currency extends Pick<StandingSetting, "isKnown" | "error"> {
  /** Its ISO 4217 code, to be shown: nothing is written, nor read from what was typed, before it is known. */
  readonly code: string;
}

const [currencyIn, setCurrency] = createContext<Currency>();

/** Call it while a component is made, below `provideCurrency`. */
export const useCurrency = currencyIn;

/** Reads it once for every screen. Call it below `provideStore`. */
export function provideCurrency(): void {
  const setting = useSetting("currency", SHARED_ROOT);
  setCurrency({
    get code() {
      const { value } = setting;
      return typeof value === "string" && /^[A-Z]{3}$/.test(value) ? value : FALLBACK;
    },
    get isKnown() {
      return setting.isKnown;
    },
    get error() {
      return setting.error;
    },
  });
}

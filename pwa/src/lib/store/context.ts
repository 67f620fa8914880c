/** The store of the signed-in person, handed down from the layout that opened it to every screen below. */
import { createContext } from "svelte";
import type { Store } from "./client.ts";

/** `provideStore(store)` in the layout, `useStore()` while a component below it is being made. */
export const [useStore, provideStore] = createContext<Store>();

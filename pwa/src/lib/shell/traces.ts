/** What a person leaves in this browser beside his book: it goes when he signs out, and when the device is wiped. */
import { forgetTab } from "#lib/browser/remembered";
import { calls } from "./calls.svelte";
import { forgetOpened } from "./recent";

/** Forgets the calls just begun, the customers opened last, and what this tab keeps of screens and searches. */
export function forgetTraces(person: string): void {
  calls.forget(); // the next one here did not make them
  forgetOpened(person);
  forgetTab();
}

import type { LucideProps } from "@lucide/svelte";
import type { Component } from "svelte";

/** An icon of `@lucide/svelte/icons/<name>`; import each by its own path. */
export type Icon = Component<LucideProps>;

/** Colour never speaks alone: a tone comes with a word or an icon. */
export type Tone = "neutral" | "green" | "amber" | "red" | "blue" | "violet";

export type SyncState =
  | { readonly kind: "connecting" }
  /** Parts are loaded for the first time; `share` of those that are complete, 0 to 1. */
  | { readonly kind: "receiving"; readonly share: number }
  | { readonly kind: "up-to-date" }
  /** The office answers, but not with what was asked for; nothing waits. */
  | { readonly kind: "refused" }
  /** All is sent but so many files, which the server does not take. */
  | { readonly kind: "not-taken"; readonly count: number }
  | { readonly kind: "sending"; readonly count: number }
  | { readonly kind: "waiting"; readonly count: number }
  | { readonly kind: "offline"; readonly count: number }
  /** The device has no room: what is done now may not be saved. */
  | { readonly kind: "full"; readonly count: number }
  | { readonly kind: "needs-sign-in"; readonly count: number };

export interface Choice<T extends string = string> {
  readonly value: T;
  readonly label: string;
  readonly icon?: Icon | undefined;
  /** Shown after the label, as in `Deals 2`. */
  readonly count?: number | undefined;
  readonly tone?: Tone | undefined;
}

const TONE_BY_VALUE_CLASS: Readonly<Record<string, Tone>> = {
  vip: "violet",
  main: "violet",
  regular: "green",
  small: "amber",
};

/** The tone of a customer's avatar and value chip; blue while the class is not known. */
export const toneOfValueClass = (valueClass: string | null | undefined): Tone =>
  TONE_BY_VALUE_CLASS[(valueClass ?? "").toLowerCase()] ?? "blue";

import type { Standing } from "#lib/domain/customer";
import type { Tone } from "#lib/ui/types";
import type { CustomerPhase, CustomerValueClass } from "$sync/schema.gen";

const PHASE_TONES: Readonly<Record<CustomerPhase, Tone>> = {
  prospective: "blue",
  starting: "amber",
  repeat: "neutral",
  loyal: "green",
  leaving: "red",
};
const VALUE_CLASS_TONES: Readonly<Record<CustomerValueClass, Tone>> = {
  vip: "violet",
  main: "violet",
  regular: "neutral",
  small: "neutral",
};

export const toneOfPhase = (phase: CustomerPhase): Tone => PHASE_TONES[phase];

/** The tone of a chip; an avatar has more colours (`toneOfValueClass` of lib/ui). */
export const toneOfValueChip = (valueClass: CustomerValueClass): Tone => VALUE_CLASS_TONES[valueClass];

export const toneOfStanding = (standing: Standing): Tone =>
  standing.field === "phase" ? toneOfPhase(standing.value) : toneOfValueChip(standing.value);

/** The colours of the map, as the tokens say them now; a canvas knows no custom properties. */
import type { ShadeTone } from "#lib/domain/map/shade";

const TOKENS = {
  land: "--land",
  water: "--water",
  line: "--line",
  border: "--line-strong",
  ink: "--ink",
  quiet: "--ink-2",
  surface: "--surface",
  brand: "--brand",
  brandInk: "--brand-ink",
  brandMid: "--brand-mid",
  green: "--brand",
  amber: "--amber",
  red: "--red",
  blue: "--blue",
  violet: "--violet",
  neutral: "--ink-3",
} as const;

export type Colour = keyof typeof TOKENS;
export type Palette = Readonly<Record<Colour | ShadeTone, string>> & {
  /** The family of the app's letters. */
  readonly font: string;
};

/** Reads the colours below `parent`: each as the browser would paint it there. */
export function readPalette(parent: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  parent.append(probe);
  const colours = Object.entries(TOKENS).map(([name, token]) => {
    probe.style.color = `var(${token})`;
    return [name, getComputedStyle(probe).color];
  });
  const font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return { ...Object.fromEntries(colours), font };
}

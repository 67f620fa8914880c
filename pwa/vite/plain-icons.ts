/**
 * Draws each icon of Lucide as one template. Its own component makes an `<svg>` from lists of attributes, one element after another, and
 * a screen has fifty: a fifth of the time that it took to show one. Ours take `class` and `aria-label`; an icon without a label is hidden.
 */
import type { Plugin } from "vite";

/** An element of a drawing: its tag and its attributes. */
type Part = readonly [string, Readonly<Record<string, string>>];

const ICON = /\/@lucide\/svelte\/dist\/icons\/([\w-]+)\.svelte$/;
const DATA = /const iconData = (\{.*\});/;

/** Returns the plugin. */
export function plainIcons(): Plugin {
  return {
    name: "plain-icons",
    enforce: "pre",
    transform(code, id) {
      const [, name] = ICON.exec(id) ?? [];
      return name === undefined ? null : { code: plainIcon(name, code), map: null };
    },
  };
}

/** Returns the source of the component that draws what Lucide's draws. */
export function plainIcon(name: string, source: string): string {
  const [, data] = DATA.exec(source) ?? [];
  if (data === undefined) throw new Error(`Lucide's "${name}" is written otherwise than this plugin knows`);
  const { size, node }: { size: number; node: readonly Part[] } = JSON.parse(data);
  const attributes = (of: Part[1]) => Object.entries(of).map(([key, value]) => ` ${key}="${value}"`);
  const drawing = node.map(([tag, of]) => `<${tag}${attributes(of).join("")} />`);
  return `<script>
let { class: given, "aria-label": label } = $props();
</script>
<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor"
  stroke-width="2" stroke-linecap="round" stroke-linejoin="round" class={["lucide-icon lucide-${name}", given]}
  aria-hidden={label === undefined ? "true" : undefined} aria-label={label}>${drawing.join("")}</svg>
`;
}

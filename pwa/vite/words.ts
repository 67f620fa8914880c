/**
 * What the compiler of the messages does not offer. The first words: `messages/en.js?first` has a tenth of a language, what is said
 * before anybody is signed in. And formatters that are kept: its registry makes a new one for every number that it writes.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** The sign-in and the first sync, what any screen may have to say, and what lies over all of them. */
const FIRST = /^(signin|common|errors)_|^sync_first_sync$|^fields_role_/;

const MESSAGES = /\/paraglide\/messages\/\w+\.js\?first$/;
const REGISTRY = /\/paraglide\/registry\.js$/;
const EXPORTED = /^export const (\w+) =/gm;
const OURS = fileURLToPath(new URL("../src/lib/i18n/registry.ts", import.meta.url));

/** Tells whether a message is said before anybody is signed in. */
export const isFirst = (key: string): boolean => FIRST.test(key);

/** Returns the plugin. */
export function words(): Plugin {
  return {
    name: "words",
    enforce: "pre",
    load(id) {
      if (REGISTRY.test(id)) return `export { number, plural } from ${JSON.stringify(OURS)};`;
      return MESSAGES.test(id) ? firstWords(readFileSync(id.slice(0, -"?first".length), "utf8")) : null;
    },
  };
}

/** Returns the compiled messages with the first words alone exported; what nobody asks for is left out by the bundler. */
export function firstWords(source: string): string {
  return source.replace(EXPORTED, (whole, key: string) => (isFirst(key) ? whole : whole.slice("export ".length)));
}

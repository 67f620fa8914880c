import { expect, test } from "vitest";
import { filesAtFirst, withFirstFiles } from "../vite/external-start.ts";

const MANIFEST = {
  "src/lib/paraglide/messages/en.js": { file: "_app/en.1.js" },
  "src/lib/paraglide/messages/en.js?first": { file: "_app/first.1.js", imports: ["_shell"] },
  ".svelte-kit/nodes/2.js": { file: "_app/2.1.js", css: ["_app/2.1.css"], imports: ["_screens"] },
  ".svelte-kit/nodes/7.js": { file: "_app/7.1.js", css: ["_app/7.1.css"], imports: ["_shell"] },
  ".svelte-kit/nodes/8.js": { file: "_app/8.1.js", imports: ["_screens", "_shell"] },
  ".svelte-kit/nodes/9.js": { file: "_app/9.1.js" },
  _screens: { file: "_app/screens.1.js", imports: ["_shell"] },
  _shell: { file: "_app/shell.1.js" },
};
const SOURCES: Readonly<Record<string, string>> = {
  ".svelte-kit/nodes/2.js": 'export { default } from "../src/routes/(app)/+layout.svelte";',
  ".svelte-kit/nodes/7.js": 'export { default } from "../src/routes/signin/+page.svelte";',
  ".svelte-kit/nodes/8.js": 'export { default } from "../src/routes/(app)/today/+page.svelte";',
  ".svelte-kit/nodes/9.js": 'export { default } from "../src/routes/(app)/map/+page.svelte";',
};

/** Of a screen that this build does not have. */
const FRAME = ["/_app/2.1.js", "/_app/2.1.css", "/_app/screens.1.js", "/_app/shell.1.js"];

test("A first visit is told of the words of each language, and of each first screen with its styles and what it imports.", () => {
  expect(filesAtFirst(MANIFEST, (id) => SOURCES[id] ?? "")).toEqual({
    "en.js": ["/_app/en.1.js"],
    "en.js?first": ["/_app/first.1.js"],
    signin: ["/_app/7.1.js", "/_app/7.1.css", "/_app/shell.1.js"],
    today: ["/_app/2.1.js", "/_app/2.1.css", "/_app/8.1.js", "/_app/screens.1.js", "/_app/shell.1.js"],
    ...Object.fromEntries(["overview", "customers", "tasks"].map((name) => [name, FRAME])),
  });
});

test("What the page names itself is not named twice.", () => {
  const page = '<script src="/boot.js"></script><link href="/_app/shell.1.js" rel="modulepreload">';
  expect(withFirstFiles(page, { signin: ["/_app/7.1.js", "/_app/shell.1.js"] })).toContain(
    `data-first='{"signin":["/_app/7.1.js"]}'`,
  );
});

test("The page hands them to its first script, and a page without that script is an error.", () => {
  const page = '<script src="/boot.js"></script>';
  expect(withFirstFiles(page, { en: ["/a.js"] })).toBe(
    `<script src="/boot.js" data-first='{"en":["/a.js"]}'></script>`,
  );
  expect(() => withFirstFiles("<script></script>", {})).toThrow("boot.js");
});

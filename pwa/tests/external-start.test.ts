import { expect, test } from "vitest";
import { filesAtFirst, withFirstFiles } from "../vite/external-start.ts";

const MANIFEST = {
  "src/lib/paraglide/messages/en.js": { file: "_app/en.1.js" },
  "src/lib/paraglide/messages/fa.js": { file: "_app/fa.1.js" },
  ".svelte-kit/nodes/7.js": { file: "_app/7.1.js", css: ["_app/7.1.css"] },
  ".svelte-kit/nodes/8.js": { file: "_app/8.1.js" },
  _shared: { file: "_app/shared.1.js" },
};
const SOURCES: Readonly<Record<string, string>> = {
  ".svelte-kit/nodes/7.js": 'export { default } from "../src/routes/signin/+page.svelte";',
  ".svelte-kit/nodes/8.js": 'export { default } from "../src/routes/(app)/today/+page.svelte";',
};

test("A first visit is told of the words of each language, and of the sign-in with its styles.", () => {
  expect(filesAtFirst(MANIFEST, (id) => SOURCES[id] ?? "")).toEqual({
    en: ["/_app/en.1.js"],
    fa: ["/_app/fa.1.js"],
    signin: ["/_app/7.1.js", "/_app/7.1.css"],
  });
});

test("The page hands them to its first script, and a page without that script is an error.", () => {
  const page = '<script src="/boot.js"></script>';
  expect(withFirstFiles(page, { en: ["/a.js"] })).toBe(
    `<script src="/boot.js" data-first='{"en":["/a.js"]}'></script>`,
  );
  expect(() => withFirstFiles("<script></script>", {})).toThrow("boot.js");
});

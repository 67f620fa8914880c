import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type adapter from "@sveltejs/adapter-static";

type Adapter = ReturnType<typeof adapter>;

const BUILD = "build";
const PAGE = "index.html";
const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;
/** Compressed twins are for the server to choose, source maps for a developer; a service worker does not keep itself. */
const NOT_SHELL = /\.(br|gz|map)$|^service-worker\.js$|^shell\.json$/;

const BOOT = '<script src="/boot.js">';
const WORDS = /\/messages\/(\w+\.js(?:\?first)?)$/;
const NODE = /\/nodes\/\d+\.js$/;
/** Where somebody arrives, by the first part of the address: before signing in, and on a screen that the app opens with. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  signin: ["routes/signin/+page.svelte"],
  today: ["routes/(app)/today/+page.svelte"],
  overview: ["routes/(app)/overview/+page.svelte"],
  customers: ["routes/(app)/customers/+layout.svelte", "routes/(app)/customers/+page.svelte"],
  tasks: ["routes/(app)/tasks/+page.svelte"],
};
/** Around every one of them but the sign-in. */
const FRAME = "routes/(app)/+layout.svelte";

/** What the bundler says of a module: its file, the styles that come with it, and the modules that it imports. */
interface Built {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}
type Manifest = Readonly<Record<string, Built>>;

/**
 * Wraps the static adapter with three steps. The one page it writes gets no inline script, because the server sends
 * `script-src 'self' 'wasm-unsafe-eval'` and no hash has to travel from the build to the server. It tells `boot.js` which files a first visit needs
 * beside those it names itself. And `shell.json` lists every file of the build for the service worker: SvelteKit's own list leaves out what
 * a worker brings along, as SQLite's wasm.
 */
export function withExternalStart(inner: Adapter): Adapter {
  return {
    name: `${inner.name}, no inline script`,
    async adapt(builder) {
      await inner.adapt(builder);
      const page = readFileSync(`${BUILD}/${PAGE}`, "utf8").replace(INLINE_SCRIPT, (_whole, code: string) => {
        const hash = createHash("sha256").update(code).digest("hex").slice(0, 10);
        const path = `_app/immutable/start.${hash}.js`;
        writeWithCompressed(path, code.trim());
        return `<script src="/${path}" defer></script>`;
      });
      const manifest = JSON.parse(readFileSync(`${builder.getClientDirectory()}/.vite/manifest.json`, "utf8"));
      writeWithCompressed(
        PAGE,
        withFirstFiles(
          page,
          filesAtFirst(manifest, (id) => readFileSync(id, "utf8")),
        ),
      );
      const files = readdirSync(BUILD, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(BUILD.length + 1).replaceAll("\\", "/"))
        .filter((path) => !NOT_SHELL.test(path))
        .sort();
      writeFileSync(`${BUILD}/shell.json`, JSON.stringify(files.map((path) => `/${path}`)));
    },
  };
}

/**
 * Returns what is needed at first and is known too late to be named in the page: the words by language (`en.js`, and `en.js?first` for those
 * of the sign-in), and each screen by the first part of its address.
 */
export function filesAtFirst(
  manifest: Manifest,
  read: (id: string) => string,
): Readonly<Record<string, readonly string[]>> {
  const wordsOf = ([id, { file }]: [string, Built]) => {
    const [, language] = WORDS.exec(id) ?? [];
    return language === undefined ? [] : [[language, [`/${file}`]] as const];
  };
  const sources = Object.keys(manifest)
    .filter((id) => NODE.test(id))
    .map((id) => [id, read(id)] as const);
  const screens = Object.entries(SCREENS).flatMap(([name, parts]) => {
    const wanted = name === "signin" ? parts : [FRAME, ...parts];
    const nodes = sources.filter(([, source]) => wanted.some((part) => source.includes(`/${part}"`)));
    return nodes.length === 0
      ? []
      : [
          [
            name,
            filesOf(
              nodes.map(([id]) => id),
              manifest,
            ),
          ] as const,
        ];
  });
  return Object.fromEntries([...screens, ...Object.entries(manifest).flatMap(wordsOf)]);
}

/** Returns the addresses of these modules, of those that they import, and of their styles, once each. */
function filesOf(ids: readonly string[], manifest: Manifest): readonly string[] {
  const reached = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(manifest[id]?.imports ?? []));
  }
  const built = [...reached].flatMap((id) => manifest[id] ?? []);
  return [...new Set(built.flatMap(({ file, css = [] }) => [file, ...css]))].map((path) => `/${path}`);
}

/** Returns the page with those files in an attribute of its first script. */
export function withFirstFiles(page: string, files: Readonly<Record<string, readonly string[]>>): string {
  if (!page.includes(BOOT)) throw new Error("the page does not begin with boot.js as this plugin knows it");
  // What the page names itself is on its way already.
  const missing = Object.entries(files).map(([name, paths]) => [
    name,
    paths.filter((path) => !page.includes(`"${path}"`)),
  ]);
  return page.replace(BOOT, `<script src="/boot.js" data-first='${JSON.stringify(Object.fromEntries(missing))}'>`);
}

function writeWithCompressed(path: string, text: string): void {
  const file = `${BUILD}/${path}`;
  writeFileSync(file, text);
  for (const suffix of [".br", ".gz"]) if (existsSync(file + suffix)) rmSync(file + suffix);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text));
}

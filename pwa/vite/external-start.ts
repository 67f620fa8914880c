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
const WORDS = /\/messages\/(\w+)\.js$/;
const NODE = /\/nodes\/\d+\.js$/;
const SIGN_IN = "routes/signin/+page.svelte";

/** What the bundler says of a module: its file, and the styles that come with it. */
interface Built {
  readonly file: string;
  readonly css?: readonly string[];
}

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
        return `<script src="/${path}"></script>`;
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

/** Returns what is needed at first and is known too late to be named in the page: the words by language, and the sign-in by `signin`. */
export function filesAtFirst(
  manifest: Readonly<Record<string, Built>>,
  read: (id: string) => string,
): Readonly<Record<string, readonly string[]>> {
  const pathsOf = ({ file, css = [] }: Built) => [file, ...css].map((path) => `/${path}`);
  const found = Object.entries(manifest).flatMap(([id, built]) => {
    const [, language] = WORDS.exec(id) ?? [];
    if (language !== undefined) return [[language, pathsOf(built)] as const];
    return NODE.test(id) && read(id).includes(SIGN_IN) ? [["signin", pathsOf(built)] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Returns the page with those files in an attribute of its first script. */
export function withFirstFiles(page: string, files: Readonly<Record<string, readonly string[]>>): string {
  if (!page.includes(BOOT)) throw new Error("the page does not begin with boot.js as this plugin knows it");
  return page.replace(BOOT, `<script src="/boot.js" data-first='${JSON.stringify(files)}'>`);
}

function writeWithCompressed(path: string, text: string): void {
  const file = `${BUILD}/${path}`;
  writeFileSync(file, text);
  for (const suffix of [".br", ".gz"]) if (existsSync(file + suffix)) rmSync(file + suffix);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text));
}

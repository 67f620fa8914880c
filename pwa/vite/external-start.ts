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

/**
 * Wraps the static adapter with two steps. The one page it writes gets no inline script, because the server sends
 * `script-src 'self' 'wasm-unsafe-eval'` and no hash has to travel from the build to the server. And `shell.json` lists every
 * file of the build for the service worker: SvelteKit's own list leaves out what a worker brings along, as SQLite's wasm.
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
      writeWithCompressed(PAGE, page);
      const files = readdirSync(BUILD, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(BUILD.length + 1).replaceAll("\\", "/"))
        .filter((path) => !NOT_SHELL.test(path))
        .sort();
      writeFileSync(`${BUILD}/shell.json`, JSON.stringify(files.map((path) => `/${path}`)));
    },
  };
}

function writeWithCompressed(path: string, text: string): void {
  const file = `${BUILD}/${path}`;
  writeFileSync(file, text);
  for (const suffix of [".br", ".gz"]) if (existsSync(file + suffix)) rmSync(file + suffix);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text));
}

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type adapter from "@sveltejs/adapter-static";

type Adapter = ReturnType<typeof adapter>;

const PAGE = "build/index.html";
const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;

/**
 * Wraps the static adapter so that the one page it writes has no inline script: the server sends
 * `script-src 'self' 'wasm-unsafe-eval'` and no hash has to travel from the build to the server.
 */
export function withExternalStart(inner: Adapter): Adapter {
  return {
    name: `${inner.name}, no inline script`,
    async adapt(builder) {
      await inner.adapt(builder);
      const page = readFileSync(PAGE, "utf8").replace(INLINE_SCRIPT, (_whole, code: string) => {
        const hash = createHash("sha256").update(code).digest("hex").slice(0, 10);
        const path = `_app/immutable/start.${hash}.js`;
        writeWithCompressed(`build/${path}`, code.trim());
        return `<script src="/${path}"></script>`;
      });
      writeWithCompressed(PAGE, page);
    },
  };
}

function writeWithCompressed(file: string, text: string): void {
  writeFileSync(file, text);
  for (const suffix of [".br", ".gz"]) if (existsSync(file + suffix)) rmSync(file + suffix);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text));
}

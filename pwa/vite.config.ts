import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vitest/config";
import { compileHint } from "./vite/compile-hints.ts";
import { withExternalStart } from "./vite/external-start.ts";
import { plainIcons } from "./vite/plain-icons.ts";
import { nameReached } from "./vite/shared-chunks.ts";
import { words } from "./vite/words.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What runs before SvelteKit knows its own version: it tells it, and only then loads what reads it. */
const ENTRY = [realpathSync(here("./node_modules/@sveltejs/kit/src/runtime/client/entry.js"))];
const BEFORE_SIGN_IN = [
  "./.svelte-kit/generated/build/client-optimized/app.js",
  "./src/hooks.client.ts",
  "./src/routes/+layout.ts",
  "./src/routes/+layout.svelte",
  "./src/routes/+error.svelte",
  "./src/routes/+page.ts",
  "./src/routes/signin/+page.svelte",
  // What the words of every language are made with; they are read by name.
  "./src/lib/paraglide/runtime.js",
  "./src/lib/paraglide/registry.js",
].map(here);

const CORES = [
  ...["domain", "store/queries", "sync"].map((core) => `src/lib/${core}/**/*.test.ts`),
  "../sync/ts/**/*.test.ts",
];

export default defineConfig(({ command }) => ({
  plugins: [
    plainIcons(),
    words(),
    // `npm run build` and `npm test` compile the messages first: the plugin's engine would keep them from ending.
    command === "serve" &&
      process.env.VITEST === undefined &&
      paraglideVitePlugin({
        project: "./project.inlang",
        outdir: "./src/lib/paraglide",
        // The locale lives in lib/i18n/locale.svelte.ts; paraglide only asks for it.
        strategy: ["globalVariable", "baseLocale"],
        isServer: "false",
        disableAsyncLocalStorage: true,
        outputStructure: "locale-modules",
        emitReadme: false,
      }),
    sveltekit({
      adapter: withExternalStart(
        adapter({ pages: "build", assets: "build", fallback: "index.html", precompress: true }),
      ),
      compilerOptions: { runes: true },
      // lib/pwa/updates.svelte.ts registers it, because the user decides when a new version takes over.
      serviceWorker: { register: false },
    }),
  ],
  // The same two names stand in tsconfig.json for the type checker.
  resolve: { alias: { "#lib": here("./src/lib"), $sync: here("../sync/ts/src") } },
  // sqlite-wasm finds its .wasm beside itself; pre-bundling would move it away.
  optimizeDeps: { exclude: ["@sqlite.org/sqlite-wasm"] },
  worker: { format: "es" },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    // What screens share comes in one file, not in sixty (docs/decisions/0006-few-files-and-one-language.md).
    rolldownOptions: {
      output: {
        postBanner: compileHint,
        codeSplitting: {
          groups: [
            { name: nameReached("entry", ENTRY), debugName: "entry", minShareCount: 2, priority: 3 },
            { name: nameReached("shell", BEFORE_SIGN_IN), debugName: "shell", minShareCount: 2, priority: 2 },
            { name: "screens", minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    fs: { allow: [here("../sync/ts")] },
    proxy: { "/api": "http://localhost:8080", "/sync": "http://localhost:8080", "/live": "http://localhost:8080" },
  },
  test: {
    projects: [
      // These have no state of their own, so that their tests share workers: half of the time.
      { extends: true, test: { name: "cores", include: CORES, isolate: false } },
      {
        extends: true,
        test: {
          name: "app",
          include: ["src/**/*.test.ts", "headless/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: CORES,
        },
      },
    ],
    exclude: ["**/node_modules/**"],
    maxWorkers: "100%",
    // The machine is shared; a test that hangs is found all the same.
    testTimeout: 30_000,
    environment: "node",
    // The protocol's own tests live outside this folder but use this folder's tools.
    alias: { "fast-check": here("./node_modules/fast-check"), vitest: here("./node_modules/vitest") },
  },
}));

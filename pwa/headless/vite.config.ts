import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the client without a browser into one file for Node; `make headless` says where to. */
export default defineConfig({
  root: here("."),
  resolve: { alias: { "#lib": here("../src/lib"), $sync: here("../../sync/ts/src") } },
  ssr: { noExternal: true },
  build: {
    ssr: here("main.ts"),
    outDir: here("../../.stamps/headless"),
    emptyOutDir: true,
    target: "node22",
    sourcemap: true,
    rolldownOptions: { output: { entryFileNames: "[name].mjs" } },
  },
});

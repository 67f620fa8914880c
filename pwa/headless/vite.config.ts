import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the client without a browser, and the replay of simulated devices, for Node; `make headless` says where to. */
export default defineConfig({
  root: here("."),
  resolve: { alias: { "#lib": here("../src/lib"), $sync: here("../../sync/ts/src") } },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: here("../../.stamps/headless"),
    emptyOutDir: true,
    target: "node22",
    sourcemap: true,
    rolldownOptions: {
      input: { main: here("main.ts"), replay: here("replay.ts") },
      output: { entryFileNames: "[name].mjs" },
    },
  },
});

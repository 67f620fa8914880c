import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page that drives the store as the app is built; `tests/e2e/origin.py` says where to. */
export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [svelte()],
  resolve: { alias: { $sync: here("../../../sync/ts/src") } },
  worker: { format: "es" },
  build: { target: "es2022", emptyOutDir: true },
});

// Builds the hub and the command line for plain Node: one folder of ES modules, everything bundled but better-sqlite3,
// which brings its binaries along. The store's threads are files of their own.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

export default defineConfig({
  root: source(".."),
  build: {
    ssr: true,
    outDir: "out/hub",
    emptyOutDir: true,
    target: "node22",
    minify: false,
    rolldownOptions: {
      input: {
        bramble: source("cli/bramble.ts"),
        serve: source("hub/desktop-entry.ts"),
        writer: source("hub/store/sqlite/writer.ts"),
        reader: source("hub/store/sqlite/reader.ts"),
      },
      output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      external: ["better-sqlite3"],
    },
  },
  ssr: { noExternal: true, external: ["better-sqlite3"] },
});

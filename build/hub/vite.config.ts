// Builds the hub and the command line for plain Node: one folder of ES modules, everything bundled but better-sqlite3,
// which brings its binaries along. The store's threads are files of their own.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { inAscii } from "./line-maps.ts";

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** What libraries load but the hub never calls: folders that are searched by patterns. */
const uncalled = ["glob"];

export default defineConfig({
  root: source(".."),
  resolve: {
    alias: uncalled.map((find) => ({
      find: new RegExp(`^${find}$`),
      replacement: fileURLToPath(new URL("uncalled.ts", import.meta.url)),
    })),
  },
  build: {
    ssr: true,
    outDir: "out/hub",
    emptyOutDir: true,
    target: "node22",
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        bramble: source("cli/bramble.ts"),
        serve: source("hub/desktop-entry.ts"),
        writer: source("hub/store/sqlite/threads/writer.ts"),
        reader: source("hub/store/sqlite/threads/reader.ts"),
        copier: source("hub/store/sqlite/threads/copier.ts"),
      },
      plugins: [inAscii],
      output: {
        format: "es",
        // The engine keeps the text of every file; names of functions stay, so that the log can be read.
        minify: { compress: false, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
      },
      external: ["better-sqlite3"],
    },
  },
  ssr: { noExternal: true, external: ["better-sqlite3"] },
});

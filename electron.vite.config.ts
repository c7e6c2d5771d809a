// Builds the desktop app's three parts. Main and preload are CommonJS for the oldest Electron that tests run on (25: Node
// 18.15, Chrome 114), so that one output serves it and today's alike. The hub is built apart: build/hub/vite.config.ts.
import { defineConfig } from "electron-vite";
import { pageConfig } from "./build/dev/page.vite.ts";

const commonJs = {
  target: "node18.15",
  // better-sqlite3 belongs to the hub: nothing that the shell imports stays outside its bundle but Electron itself.
  externalizeDeps: false,
  rolldownOptions: { output: { format: "cjs", entryFileNames: "[name].cjs" } },
} as const;

export default defineConfig({
  main: { build: commonJs },
  preload: { build: commonJs },
  renderer: pageConfig,
});

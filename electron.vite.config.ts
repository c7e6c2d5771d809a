// Builds the desktop app's three parts. Main and preload are CommonJS for the oldest Electron that tests run on (25: Node
// 18.15, Chrome 114), so that one output serves it and today's alike. The hub is built apart: build/hub.vite.config.ts.
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";

const commonJs = {
  target: "node18.15",
  // better-sqlite3 belongs to the hub: nothing that the shell imports stays outside its bundle but Electron itself.
  externalizeDeps: false,
  rolldownOptions: { output: { format: "cjs", entryFileNames: "[name].cjs" } },
} as const;

export default defineConfig({
  main: { build: commonJs },
  preload: { build: commonJs },
  renderer: {
    plugins: [react()],
    build: { target: "chrome114", minify: true },
  },
});

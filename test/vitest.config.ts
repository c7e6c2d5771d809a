// Unit and integration tests: both against real parts. They run the built hub, which `npm test` builds first; in the mode
// "sources" (`npm run test:hub -- NAME`) the hub's tests run its sources instead.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: mode === "sources" ? ["test/hub/**/*.test.ts"] : ["test/hub/**/*.test.ts", "test/renderer/**/*.test.ts"],
    env: { BRAMBLE_TEST_SOURCES: mode === "sources" ? "1" : "" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: true,
    maxWorkers: 2,
    // As build/node.js starts hubs, and for the same reason: tests open and close many stores, with two threads each.
    execArgv: ["--no-memory-protection-keys"],
    allowOnly: false,
  },
}));

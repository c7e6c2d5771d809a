// Unit and integration tests: both against real parts. They run the built hub, which `npm test` builds first; in the mode
// "sources" (`npm run test:hub -- NAME`) the hub's tests run its sources instead.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import hubProcess from "../build/hub-process.json" with { type: "json" };

// Hundreds of hubs and stores start, each of which would compile the same files anew, and get ready for charts that nobody draws. Child
// processes and threads inherit it.
process.env["BRAMBLE_WARM_UP"] ??= "off";
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL(".results/compile-cache", import.meta.url));

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: mode === "sources" ? ["test/hub/**/*.test.ts"] : ["test/hub/**/*.test.ts", "test/renderer/**/*.test.ts"],
    globalSetup: fileURLToPath(new URL("support/setup/vitest-setup.ts", import.meta.url)),
    env: { BRAMBLE_TEST_SOURCES: mode === "sources" ? "1" : "" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A last net, as everywhere: a second, which is vitest's own, is little for a machine that does much else.
    expect: { poll: { timeout: 30_000 } },
    fileParallelism: true,
    // More than the two processors that CI has: most tests wait, for a process to start or a timeout to pass.
    maxWorkers: 3,
    // As hubs are started: tests open and close many stores, with two threads each.
    execArgv: hubProcess.flags,
    allowOnly: false,
  },
}));

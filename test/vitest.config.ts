// Unit and integration tests: both against real parts. They run the built hub; `npm test` builds it first.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/hub/**/*.test.ts", "test/renderer/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    fileParallelism: true,
    maxWorkers: 2,
    allowOnly: false,
  },
});

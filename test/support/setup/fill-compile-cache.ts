// Fills Node's compile cache (NODE_COMPILE_CACHE, set by the configurations of vitest and Playwright), which only a clean stop writes;
// most hubs of tests are killed. The hub is stopped immediately: two seconds after its start its V8 flags change
// (src/hub/process/heap-growth.ts), and V8 rejects code cached under other flags.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startTestHub } from "../hub.ts";

/** Where nothing is kept yet. What is kept of files that have changed since is passed over by Node. */
export async function fillCompileCache(): Promise<void> {
  const cache = process.env["NODE_COMPILE_CACHE"];
  if (cache === undefined || existsSync(join(cache, "hub"))) return;
  await using hub = await startTestHub();
  await hub.end("SIGTERM");
}

// A hub that is stopped in order leaves what Node compiled of it to all that follow (NODE_COMPILE_CACHE, which the configurations of vitest
// and Playwright name). Most hubs of tests are killed, and leave nothing. It is stopped at once: two seconds after its start it would leave
// code for other flags than those that hubs start with (src/hub/process/heap-growth.ts), which V8 does not take.
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

// `bramble serve` from the sources, for `node --watch`. The channel that it reports what to watch by is not one to a desktop
// app, which the hub would take it for: it is told that a console started it.
import { consoleHost } from "../../src/hub/host.ts";
import { serve } from "../../src/hub/serve.ts";

// The watch is gone: nobody else would end this hub.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.exit(await serve(process.argv.slice(2), consoleHost()));

// What the window of `npm run dev` starts as its hub: the sources under `node --watch`. Messages pass through; one to stop
// ends the watch as well, which by itself would wait for the next change.
import { fork } from "node:child_process";
import { join } from "node:path";
import { projectFolder } from "../electron.ts";

const hub = fork(join(projectFolder, "src", "hub", "desktop-entry.ts"), process.argv.slice(2), {
  execArgv: ["--watch", "--watch-preserve-output", "--enable-source-maps"],
});
const stop = () => hub.kill("SIGTERM");
// The watch's own messages, of files that were imported, have no type.
hub.on("message", (message) => {
  if (typeof message === "object" && message !== null && "type" in message) process.send?.(message);
});
hub.on("exit", (code) => process.exit(code ?? 0));
process.on("message", stop);
process.on("disconnect", stop);
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

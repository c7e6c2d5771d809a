// `node build/node.js SCRIPT.ts …` runs a script under the Node that is installed with this project. npm puts that one first
// on the PATH, but some of its versions forget to link it, and an older Node does not run TypeScript as it stands.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const platform = process.platform === "win32" ? "win" : process.platform;
const name = process.platform === "win32" ? "node.exe" : "node";
const installed = ["node", "node-bin"]
  .map((prefix) => new URL(`../node_modules/${prefix}-${platform}-${process.arch}/bin/${name}`, import.meta.url))
  .map((url) => fileURLToPath(url))
  .find((path) => existsSync(path));

// Where there is none for this system, the one that runs this has to do.
const node = installed ?? process.execPath;
// glibc gives each thread an arena of its own, which an idle hub pays for with eight megabytes, and the more it was asked for
// at once, the less it gives back: dozens of megabytes after a flood. Large blocks go back to the system with these.
const memory = { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072", MALLOC_MMAP_THRESHOLD_: "131072" };
const env = { ...memory, ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
// On processors with protection keys V8 keeps a table of its code pages that threads which come and go confuse: it then ends
// the process (“Check failed: jit_page.has_value()”, in all versions until now).
const guard = installed === undefined ? [] : ["--no-memory-protection-keys"];
// Under a flood V8 makes its young generation 134 MB large and keeps it while there is any load; the hub is as fast with 32.
// V8 collects with four threads beside the program, on two processors too, where they hold it up; 0 is one less than there are.
const heap = ["--max-semi-space-size=16", "--v8-pool-size=0"];
const child = spawn(node, [...guard, ...heap, ...process.argv.slice(2)], { stdio: "inherit", env });
// The terminal's Ctrl+C reaches both; only the child knows when it is done.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
// Windows knows no such signal: to send it there would end the child at once, while its closed console tells it as well.
process.on("SIGHUP", () => process.platform !== "win32" && child.kill("SIGHUP"));
child.on("error", (error) => {
  console.error(`${node} could not be started: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));

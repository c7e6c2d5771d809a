// `node build/node.js SCRIPT.ts …` runs a script under the Node that is installed with this project. npm puts that one first
// on the PATH, but some of its versions forget to link it, and an older Node does not run TypeScript as it stands.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const platform = process.platform === "win32" ? "win" : process.platform;
const name = process.platform === "win32" ? "node.exe" : "node";
const installed = ["node", "node-bin"]
  .map((prefix) => new URL(`../node_modules/${prefix}-${platform}-${process.arch}/bin/${name}`, import.meta.url))
  .map((url) => fileURLToPath(url))
  .find((path) => existsSync(path));

// Where there is none for this system, the one that runs this has to do; it may not know the first flag.
const node = installed ?? process.execPath;
// How a hub is started; CONTRIBUTING.md says what each is for. Packages and containers have the same in their launchers.
const { flags, environment } = JSON.parse(readFileSync(new URL("hub-process.json", import.meta.url), "utf8"));
const known = installed === undefined ? flags.slice(1) : flags;
const env = { ...environment, ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
const child = spawn(node, [...known, ...process.argv.slice(2)], { stdio: "inherit", env });
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

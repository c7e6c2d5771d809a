// Part of `npm run check`: the types of the Pi's agent, by mypy where there is one (`apt install mypy`).
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder } from "./electron.ts";

const cache = join(tmpdir(), "bramble-mypy");
const { status, error } = spawnSync("mypy", ["--config-file", "build/mypy.ini", "--cache-dir", cache], {
  cwd: projectFolder,
  stdio: "inherit",
});
if (error === undefined) process.exitCode = status ?? 1;
else console.log(`The agent's types are not checked: ${error.message}`);

// The first half of `npm test`: the checks, and beside them the build, neither of which keeps two processors busy. What each printed
// follows when it has ended, so that they do not mix; the first that fails is the result.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("..", import.meta.url));

async function runScript(name: string): Promise<number> {
  const child = spawn(`npm run ${name}`, { cwd: projectFolder, shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = await once(child, "close");
  process.stdout.write(Buffer.concat(output));
  return typeof code === "number" ? code : 1;
}

const codes = await Promise.all(["check", "build"].map(runScript));
process.exitCode = codes.find((code) => code !== 0) ?? 0;

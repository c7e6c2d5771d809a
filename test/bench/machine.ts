// Where the bench ran: figures mean little without it.
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

/** A line for a person; the file system is that of `folder`. */
export function describeMachine(folder: string): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? "unknown processor";
  return [
    new Date().toISOString().slice(0, 10),
    `${processors.length} × ${model}`,
    `${Math.round(totalmem() / 2 ** 30)} GB memory`,
    `${fileSystemOf(folder)} at ${folder}`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
  ].join(" · ");
}

/** Throws, in words, where files of that folder would lie in memory: nothing about a disk could be learned there. */
export function checkDisk(folder: string): void {
  const fileSystem = fileSystemOf(folder);
  if (fileSystem !== "tmpfs" && fileSystem !== "ramfs") return;
  throw new Error(`${folder} lies in memory (${fileSystem}): name a folder on a disk with --folder DIR.`);
}

function fileSystemOf(folder: string): string {
  const [, type = "unknown file system"] = execFileSync("df", ["--output=fstype", folder], { encoding: "utf8" }).split(
    "\n",
  );
  return type;
}

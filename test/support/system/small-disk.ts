// A small disk for a test that fills it: a tmpfs, where this user may mount one.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestFolder } from "../hub.ts";

/** Whether this user may mount a tmpfs. */
export function mayMountSmallDisk(): boolean {
  using disk = tryToMount(1);
  return disk !== null;
}

/** Throws where `mayMountSmallDisk` is false. */
export function mountSmallDisk(megabytes: number): TestFolder {
  const disk = tryToMount(megabytes);
  if (disk === null) throw new Error("this user may not mount a disk");
  return disk;
}

function tryToMount(megabytes: number): TestFolder | null {
  if (process.platform !== "linux") return null;
  const path = mkdtempSync(join(tmpdir(), "bramble-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmdirSync(path);
    return null;
  }
  return {
    path,
    [Symbol.dispose]() {
      execFileSync("umount", ["--lazy", path]);
      rmdirSync(path);
    },
  };
}

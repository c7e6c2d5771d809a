// What Linux knows of a process.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Of /proc/PID/stat: the same on every Linux. */
const TICKS_PER_SECOND = 100;
const QUIET_SHARE = 0.03;
const QUIET_WINDOW_MS = 500;
const QUIET_WITHIN_MS = 120_000;

export function residentBytes(pid: number): number {
  return numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m) * 1024;
}

/** The most that it has ever been. */
export function peakResidentBytes(pid: number): number {
  return numberIn(`/proc/${pid}/status`, /^VmHWM:\s+(\d+) kB$/m) * 1024;
}

/** Its files and sockets. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** What the process has had written to the disk so far, in bytes. */
export function writtenBytes(pid: number): number {
  return numberIn(`/proc/${pid}/io`, /^write_bytes: (\d+)$/m);
}

/** What it has computed so far, in seconds of one core, in user mode and in the kernel. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold spaces; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The share of one core that the process takes over the next `windowMs`. */
export async function cpuShare(pid: number, windowMs: number): Promise<number> {
  const beforeSeconds = cpuSeconds(pid);
  const startedAtMs = performance.now();
  await sleep(windowMs);
  return ((cpuSeconds(pid) - beforeSeconds) * 1_000) / (performance.now() - startedAtMs);
}

/** Waits until it has done what it does in the background, so that this does not meet the next measurement. */
export async function untilQuiet(pid: number): Promise<void> {
  const endMs = performance.now() + QUIET_WITHIN_MS;
  while ((await cpuShare(pid, QUIET_WINDOW_MS)) > QUIET_SHARE) {
    if (performance.now() > endMs) throw new Error(`process ${pid} is still busy after ${QUIET_WITHIN_MS} ms`);
  }
}

function numberIn(path: string, pattern: RegExp): number {
  const found = pattern.exec(readFileSync(path, "utf8"));
  if (found === null) throw new Error(`${path} holds no ${pattern}`);
  return Number(found[1]);
}

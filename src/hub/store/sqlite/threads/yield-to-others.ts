// Lowers the priority of a thread that takes a core for long, so that it does not take it from those that acknowledge.
import { getPriority, setPriority } from "node:os";

/** To be called by the thread itself. On Linux priorities are of threads; elsewhere they are of processes, and stay. */
export function yieldToOthers(niceness: number): void {
  if (process.platform !== "linux") return;
  try {
    // A hub that was started with a higher niceness may not lower it.
    setPriority(Math.max(getPriority(), niceness));
  } catch {
    // A sandbox may forbid it: the thread then runs as the others do.
  }
}

// V8 collects garbage when it needs room, not when the process is idle, and keeps the pages that it empties; a caller knows better.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** More memory outside of V8's heap than it lets be added without a collection: 64 MB. */
const ENOUGH_TO_COLLECT_BYTES = 72 * 1024 * 1024;

/** Collects all garbage of the calling thread at once, which holds it for a millisecond or two per megabyte in use. */
export function findCollector(): () => void {
  // The flag is the process's and stays: taken back, another thread that has just set it would not find the collector.
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  if (typeof found !== "function") throw new Error("the engine does not expose its garbage collector");
  return () => void Reflect.apply(found, undefined, []);
}

/** Has V8 begin a collection of the calling thread in steps of milliseconds, between which the thread goes on. */
export function beginCollection(): void {
  try {
    // V8 counts it, and begins. Never written to, it takes no memory, and is garbage itself.
    new ArrayBuffer(ENOUGH_TO_COLLECT_BYTES);
  } catch {
    // Where the system gives no more addresses, V8 has collected before it gave up.
  }
}

/**
 * While true, V8 favours memory over speed in all threads: about 8 s after a collection its memory reducer collects in small steps
 * and returns the pages that are otherwise pooled for ever. Not for a busy process, which would do little but collect.
 */
export function favourMemory(isFavoured: boolean): void {
  setFlagsFromString(isFavoured ? "--optimize-for-size" : "--no-optimize-for-size");
}

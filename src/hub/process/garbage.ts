// V8 collects garbage when it needs room, not when the process is idle, and keeps the pages that it empties; a caller knows better.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's collector of the calling thread, which a flag exposes. */
export function findCollector(): () => void {
  // The flag is the process's and stays: taken back, another thread that has just set it would not find the collector.
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  if (typeof found !== "function") throw new Error("the engine does not expose its garbage collector");
  return () => void Reflect.apply(found, undefined, []);
}

/**
 * While true, V8 favours memory over speed in all threads: about 8 s after a collection its memory reducer collects in small steps
 * and returns the pages that are otherwise pooled for ever. Not for a busy process, which would do little but collect.
 */
export function favourMemory(isFavoured: boolean): void {
  setFlagsFromString(isFavoured ? "--optimize-for-size" : "--no-optimize-for-size");
}

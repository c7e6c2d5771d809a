// Triggers a garbage collection. V8 collects when it needs room, not when the process is idle; a caller knows when that is.
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

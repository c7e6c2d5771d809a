// V8 collects garbage when it needs room, not when there is time. A caller that knows there is time triggers a collection here.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The engine's own collector, of the thread that asks; a program may call it where it is exposed. */
export function findCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof found !== "function") throw new Error("the engine does not expose its garbage collector");
  return () => void Reflect.apply(found, undefined, []);
}

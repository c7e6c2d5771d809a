// V8 grows its young generation 16× while modules load, since their objects survive, and never shrinks it in an idle hub (+10 MB
// RSS). So it may not grow until the hub has started; under load it may. Baseline compilation is off during the start, too, whose
// code runs once or twice (2 MB).
import { setFlagsFromString } from "node:v8";

const START_MS = 2_000;

export function holdHeapGrowth(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--no-sparkplug");
  setTimeout(() => {
    // V8's defaults.
    setFlagsFromString("--semi-space-growth-factor=2");
    setFlagsFromString("--sparkplug");
  }, START_MS).unref();
}

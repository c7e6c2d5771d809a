// While a program is loaded much is made that stays, and the engine takes that for a reason to make its young generation
// sixteen times as large. It keeps that size, ten megabytes, for as long as the hub idles. So it may not grow until the
// hub has started; under load it may. Nor is code of the start, which runs once or twice, made machine code of: two more.
import { setFlagsFromString } from "node:v8";

const START_MS = 2_000;

export function holdHeapGrowth(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--no-sparkplug");
  setTimeout(() => {
    // The engine's own choices.
    setFlagsFromString("--semi-space-growth-factor=2");
    setFlagsFromString("--sparkplug");
  }, START_MS).unref();
}

// While a program is loaded much is made that stays, and the engine takes that for a reason to make its young generation
// sixteen times as large. It keeps that size, ten megabytes, for as long as the hub idles. So it may not grow until the
// hub has started; under load it may.
import { setFlagsFromString } from "node:v8";

const START_MS = 2_000;

export function holdHeapGrowth(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  // The engine's own choice.
  setTimeout(() => setFlagsFromString("--semi-space-growth-factor=2"), START_MS).unref();
}

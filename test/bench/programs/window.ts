// The stretch of a load that counts: the start is left out, until both sides run warm.
import { setTimeout as sleep } from "node:timers/promises";
import { type Static, Type } from "typebox";

export const Window = Type.Object({ warmupMs: Type.Number(), measureMs: Type.Number() });
export type Window = Static<typeof Window>;

/** How much `total` grows a second, within the window. */
export async function growthPerSecond({ warmupMs, measureMs }: Window, total: () => number): Promise<number> {
  await sleep(warmupMs);
  const before = total();
  const startedAtMs = performance.now();
  await sleep(measureMs);
  return ((total() - before) * 1_000) / (performance.now() - startedAtMs);
}

/** Resolves when nothing is in flight any more; rejects when that takes too long. */
export async function untilNone(inFlight: () => number, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (inFlight() > 0) {
    if (performance.now() > endMs) throw new Error(`${inFlight()} messages were never acknowledged`);
    await sleep(5);
  }
}

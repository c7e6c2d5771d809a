// The same load in MQTT 3.1.1 and in 5, in short turns on open connections: what else the machine does meets both.
import { setTimeout as sleep } from "node:timers/promises";
import { Type } from "typebox";
import { FleetOptions, FloodFleet } from "./flood-fleet.ts";
import { readOptions, report } from "./program.ts";

const options = readOptions(
  Type.Object({
    ...FleetOptions.properties,
    warmupTurns: Type.Integer(),
    turns: Type.Integer(),
    turnMs: Type.Number(),
  }),
);

interface Side {
  readonly fleet: FloodFleet;
  counted: number;
  tookMs: number;
}

async function take({ fleet }: Side): Promise<{ readonly counted: number; readonly tookMs: number }> {
  const before = fleet.counted;
  const startedAtMs = performance.now();
  fleet.start();
  await sleep(options.turnMs);
  await fleet.stop();
  return { counted: fleet.counted - before, tookMs: performance.now() - startedAtMs };
}

const open = async (version: 4 | 5): Promise<Side> => ({
  fleet: await FloodFleet.open(options, version),
  counted: 0,
  tookMs: 0,
});
const [older, newer] = [await open(4), await open(5)];
for (let turn = -options.warmupTurns; turn < options.turns; turn++)
  // Each is the first of a pair as often as the other.
  for (const side of turn % 2 === 0 ? [older, newer] : [newer, older]) {
    const { counted, tookMs } = await take(side);
    if (turn < 0) continue;
    side.counted += counted;
    side.tookMs += tookMs;
  }
const perSecond = ({ counted, tookMs }: Side) => (counted * 1_000) / tookMs;
report({ older: perSecond(older), newer: perSecond(newer) });
process.exit();

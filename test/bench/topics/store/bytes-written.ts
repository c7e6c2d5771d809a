// What a reading costs the disk's life: bytes that the hub had written, the sealing that follows included.
import { join } from "node:path";
import { Type } from "typebox";
import type { Bench, Row, Topic } from "../../bench.ts";
import { runLoad, startHub } from "../../children.ts";
import { untilSealed } from "../../journal.ts";
import { pace } from "../../pace.ts";
import { writtenBytes } from "../../proc.ts";
import { count } from "../../statistics.ts";

const METRICS = 2;
/** Long enough that the store, which seals at 262,144 readings, does so once at the pace, and often at full speed. */
const paceWindow = { warmupMs: 0, measureMs: 140_000 };
const floodWindow = { warmupMs: 0, measureMs: 15_000 };

const Report = Type.Object({ acknowledged: Type.Integer() });

export const bytesWritten: Topic = {
  name: "bytes-written",
  async run(bench) {
    return [
      await measure(bench, {
        name: "at 1,000 messages/s from 50 clients",
        bar: 600,
        load: (port) => pace(port, paceWindow),
      }),
      await measure(bench, {
        name: "at full speed, 200 clients × 10 in flight",
        bar: 150,
        load: (port) => runLoad("mqtt-flood", { port, clients: 200, inFlight: 10, window: floodWindow }, Report),
      }),
    ];
  },
};

interface Case {
  readonly name: string;
  /** Bytes a reading. */
  readonly bar: number;
  readonly load: (port: number) => Promise<{ readonly acknowledged: number }>;
}

async function measure({ folder, tell }: Bench, { name, bar, load }: Case): Promise<Row> {
  tell(name);
  await using hub = await startHub(join(folder, `written-${bar}`));
  const before = writtenBytes(hub.pid);
  const { acknowledged } = await load(hub.mqttPort);
  const readings = METRICS * acknowledged;
  await untilSealed(hub, readings);
  const bytes = (writtenBytes(hub.pid) - before) / readings;
  return {
    what: `bytes written to the disk per reading ${name}, sealing included`,
    bar: `≤ ${bar}`,
    measured: `${count(bytes)} (${count(readings)} readings)`,
    passed: bytes <= bar,
  };
}

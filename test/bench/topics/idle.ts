// What the hub takes from its machine while nothing happens but fifty connected clients.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import type { Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { cpuShare, residentBytes } from "../proc.ts";
import { megabytes } from "../statistics.ts";

const CLIENTS = 50;
/** The engine gives memory back when nothing has happened for a while. */
const SETTLE_MS = 20_000;
const WINDOW_MS = 10_000;
const BAR_BYTES = 120e6;
const BAR_PERCENT = 1;

export const idle: Topic = {
  name: "idle",
  async run({ folder, tell }) {
    tell(`${CLIENTS} clients that say nothing`);
    await using hub = await startHub(join(folder, "idle"));
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { clientId: `pi-${index + 1}`, keepalive: 60 }),
      ),
    );
    for (const [index, client] of clients.entries()) {
      await client.publishAsync(`sensor/pi-${index + 1}/data`, '{"temperature":21.5,"humidity":48.2}', { qos: 1 });
    }
    await sleep(SETTLE_MS);
    const percent = 100 * (await cpuShare(hub.pid, WINDOW_MS));
    const bytes = residentBytes(hub.pid);
    await Promise.all(clients.map((client) => client.endAsync(true)));
    return [
      {
        what: `RSS of an idle hub with ${CLIENTS} clients connected`,
        bar: `≤ ${megabytes(BAR_BYTES)}`,
        measured: megabytes(bytes),
        passed: bytes <= BAR_BYTES,
      },
      {
        what: `CPU of an idle hub with ${CLIENTS} clients connected`,
        bar: `≤ ${BAR_PERCENT} %`,
        measured: `${percent.toFixed(1)} %`,
        passed: percent <= BAR_PERCENT,
      },
    ];
  },
};

// A hub and its workers behind Mosquitto under 20 clients, while a worker, the hub, Mosquitto and the database are killed and workers
// come and go, for some minutes on each product, in an order by a seed (BRAMBLE_SEED repeats one). What counts: everything acknowledged
// is found, nothing twice, and a second hub takes over in time.

import { Cluster } from "../../support/cluster/cluster.ts";
import type { Losses } from "../../support/cluster/senders.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { ensureMosquitto } from "../../support/system/mosquitto.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import type { Row, Topic } from "../bench.ts";
import { thousands } from "../statistics.ts";

const TAKE_OVER_WITHIN_MS = 10_000;
const MS_PER_MINUTE = 60_000;
const MAX_SEED = 1_000_000;
const SHOWN = 5;

export const cluster: Topic = {
  name: "cluster",
  async run({ minutes, tell }) {
    ensureMosquitto();
    const seed = Number(process.env["BRAMBLE_SEED"] ?? Math.floor(Math.random() * MAX_SEED));
    const rows: Row[] = [];
    for (const [product, startServer] of [
      ["PostgreSQL", startPostgres],
      ["MariaDB", startMariadb],
    ] as const) {
      tell(`${product}, ${minutes / 2} min, BRAMBLE_SEED=${seed}`);
      await using running = await Cluster.start(await startServer(), seed);
      const endMs = performance.now() + (minutes / 2) * MS_PER_MINUTE;
      const suffered = new Map<string, number>();
      let longestTakeoverMs = 0;
      while (performance.now() < endMs) {
        const fault = running.anyFault();
        await running.suffer(fault);
        suffered.set(fault, (suffered.get(fault) ?? 0) + 1);
        longestTakeoverMs = Math.max(longestTakeoverMs, running.takeoverMs);
      }
      await running.senders.pause();
      const losses = await running.losses();
      const faults = [...suffered].map(([fault, count]) => `${count} × ${fault}`).join(", ");
      rows.push(
        {
          what: `a cluster on ${product}, seed ${seed}: ${faults}`,
          bar: "everything acknowledged, nothing twice",
          measured: `${thousands(running.senders.acknowledged)} acknowledged; ${wordsOf(losses)}`,
          passed: Object.values(losses).flat().length === 0,
        },
        {
          what: `another hub takes over on ${product}`,
          bar: `within ${TAKE_OVER_WITHIN_MS} ms`,
          measured: `${Math.round(longestTakeoverMs)} ms`,
          passed: longestTakeoverMs < TAKE_OVER_WITHIN_MS,
        },
      );
    }
    return rows;
  },
};

function wordsOf({ missing, twice, neverSent }: Losses): string {
  const counts = [
    ["missing", missing],
    ["twice", twice],
    ["never sent", neverSent],
  ] as const;
  return counts
    .map(
      ([what, lines]) => `${lines.length} ${what}${lines.length > 0 ? ` (${lines.slice(0, SHOWN).join(", ")})` : ""}`,
    )
    .join(", ");
}

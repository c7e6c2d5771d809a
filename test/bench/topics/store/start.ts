// From the command to a hub that listens, with years of readings stored and none of them in memory.
import type { Topic } from "../../bench.ts";
import { startHub } from "../../children.ts";
import { dropFromPageCache } from "../../page-cache.ts";
import { median, milliseconds, thousands } from "../../statistics.ts";

const STARTS = 5;
const BAR_MS = 500;

export const start: Topic = {
  name: "start",
  async run({ stores, tell }) {
    const folder = await stores.years();
    tell(`${STARTS} starts`);
    const times: number[] = [];
    for (let run = 0; run < STARTS; run++) {
      dropFromPageCache(folder.databasePath);
      const startedAtMs = performance.now();
      await using hub = await startHub(folder.path);
      times.push(performance.now() - startedAtMs);
      await hub.end("SIGTERM");
    }
    const medianMs = median(times);
    return [
      {
        what: `start to listening with ${thousands(folder.readings)} readings stored, cold file, median of ${STARTS}`,
        bar: `≤ ${BAR_MS} ms`,
        measured: milliseconds(medianMs),
        passed: medianMs <= BAR_MS,
      },
    ];
  },
};

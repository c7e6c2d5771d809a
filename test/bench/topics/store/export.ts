// Everything as CSV, beside SQLite's own command line on plain rows of the same readings.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ensurePackages } from "../../../support/system/apt.ts";
import type { Topic } from "../../bench.ts";
import { startHub } from "../../children.ts";
import { countStored, get } from "../../http-get.ts";
import { residentBytes, untilQuiet } from "../../proc.ts";
import { Fleet, messagesOf } from "../../sensors.ts";
import { count, inTurns, medianPair, megabytes, thousands } from "../../statistics.ts";

const PAIRS = 3;
const BAR_BYTES = 60e6;
const SAMPLE_PERIOD_MS = 50;
const ROWS_PER_TRANSACTION = 50_000;

export const exportCsv: Topic = {
  name: "export",
  async run({ folder, stores, tell }) {
    ensurePackages(["sqlite3"], "the export's opponent");
    const months = await stores.months();
    tell("writing plain rows");
    const plainPath = join(folder, "plain.db");
    writePlainRows(plainPath, months.fleets);

    await using hub = await startHub(months.path);
    // What it does once it has started is no part of an export.
    await untilQuiet(hub.pid);
    const beforeBytes = residentBytes(hub.pid);
    let peakBytes = beforeBytes;
    const sampling = setInterval(() => {
      peakBytes = Math.max(peakBytes, residentBytes(hub.pid));
    }, SAMPLE_PERIOD_MS);
    tell("one export each, to warm up and to count");
    const rows = await countStored(hub);
    await exportPlainRows(plainPath);
    tell("exports in turns");
    const pairs = await inTurns(
      PAIRS,
      () => exportPlainRows(plainPath),
      () => get(hub, "/api/v1/export.csv"),
    );
    clearInterval(sampling);

    const { a, b, value: share } = medianPair(pairs, (sqliteMs, hubMs) => sqliteMs / hubMs);
    const perSecond = (ms: number) => thousands((1_000 * rows) / ms);
    const grownBytes = peakBytes - beforeBytes;
    return [
      {
        what: `CSV export over HTTP, rows/s as a share of sqlite3 -csv on plain rows (${count(rows)} of ${count(months.readings)} readings)`,
        bar: "≥ 1",
        measured: `${share.toFixed(2)} (${perSecond(b)} of ${perSecond(a)})`,
        passed: share >= 1 && rows === months.readings,
      },
      {
        what: "RSS that the hub grows by during the exports",
        bar: `< ${megabytes(BAR_BYTES)}`,
        measured: megabytes(grownBytes),
        passed: grownBytes < BAR_BYTES,
      },
    ];
  },
};

/** As most programs keep readings: a row each, names as text, an index on the time. */
function writePlainRows(path: string, fleets: readonly Fleet[]): void {
  const db = new Database(path);
  try {
    db.exec(
      "CREATE TABLE reading (ts INTEGER NOT NULL, device TEXT NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL)",
    );
    const insert = db.prepare("INSERT INTO reading (ts, device, metric, value) VALUES (?, ?, ?, ?)");
    const again = fleets.map(({ options }) => new Fleet(options));
    for (const readings of messagesOf(again, ROWS_PER_TRANSACTION)) {
      db.transaction(() => {
        for (const { tsMs, device, metric, value } of readings) insert.run(tsMs, device, metric, value);
      })();
    }
    db.exec("CREATE INDEX reading_ts ON reading (ts)");
  } finally {
    db.close();
  }
}

/** How long it takes, in milliseconds. */
async function exportPlainRows(path: string): Promise<number> {
  const startedAtMs = performance.now();
  const sql = "SELECT ts, device, metric, value FROM reading ORDER BY ts";
  const [code] = await once(spawn("sqlite3", ["-csv", path, sql], { stdio: ["ignore", "ignore", "inherit"] }), "close");
  if (code !== 0) throw new Error(`sqlite3 ended with code ${code}`);
  return performance.now() - startedAtMs;
}

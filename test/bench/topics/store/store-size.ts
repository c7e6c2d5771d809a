// What a reading of a typical sensor takes on the disk in the long run, everything that is kept with it included.
import { existsSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import type { Topic } from "../../bench.ts";
import { sum, thousands } from "../../statistics.ts";

const BAR_BYTES = 3;
const AIM_BYTES = 2;

export const storeSize: Topic = {
  name: "store-size",
  async run({ stores }) {
    const { databasePath, readings } = await stores.months();
    const files = [databasePath, `${databasePath}-wal`].filter((path) => existsSync(path));
    const bytes = sum(files.map((path) => statSync(path).size)) / readings;
    const freeBytes = freePageBytes(databasePath) / readings;
    return [
      {
        what: `bytes on the disk per reading (${thousands(readings)}; one and two decimals, every 10 s ± 50 ms), rollups and pages included`,
        bar: `≤ ${BAR_BYTES} (aim ${AIM_BYTES})`,
        measured: `${bytes.toFixed(2)} (${freeBytes.toFixed(2)} of it pages that are free to be used again)`,
        passed: bytes <= BAR_BYTES,
      },
    ];
  },
};

function freePageBytes(path: string): number {
  const db = new Database(path, { readonly: true });
  try {
    const figure = (pragma: string) => Number(db.pragma(pragma, { simple: true }));
    return figure("freelist_count") * figure("page_size");
  } finally {
    db.close();
  }
}

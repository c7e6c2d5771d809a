// The first chart of a fresh process is read by code that V8 has not compiled yet, many times slower. So the reader computes charts
// of made-up readings at the start, until V8 has compiled it.
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "better-sqlite3";
import { READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { Chunks } from "../engine/chunks.ts";
import { History } from "../engine/history.ts";
import { MemTable } from "../engine/mem-table.ts";
import { migrate } from "../engine/migrations.ts";
import { Rollups } from "../engine/rollups.ts";
import { finish, Sealer } from "../engine/sealer.ts";
import { BucketReader } from "../queries/buckets.ts";

const ROUNDS = 24;
const CADENCE_MS = 10_000;
const SERIES = 1;

/** Queries meanwhile are answered between two rounds. */
export async function warmUp(): Promise<void> {
  const db = new Database(":memory:");
  try {
    migrate(db, ":memory:");
    db.prepare("INSERT INTO series VALUES (?, '', '')").run(SERIES);
    await nextTurn();
    const chunks = new Chunks(db, { cachedReadings: 0, onDamage: () => undefined });
    finish(new Sealer(db, chunks).seal(SERIES, readings()));
    const buckets = new BucketReader(new History(chunks, new MemTable()), new Rollups(db));
    const toMs = READINGS_PER_CHUNK * CADENCE_MS;
    for (let round = 0; round < ROUNDS; round++) {
      await nextTurn();
      buckets.read(SERIES, { fromMs: round, toMs, originMs: 0, stepMs: 15 * 60_000 });
      buckets.read(SERIES, { fromMs: round, toMs, originMs: 0, stepMs: 40_000 });
    }
  } finally {
    db.close();
  }
}

function readings() {
  return {
    tsMs: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => row * CADENCE_MS + ((row * 7_919) % 97)),
    values: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => (2_000 + ((row * 104_729) % 211)) / 100),
  };
}

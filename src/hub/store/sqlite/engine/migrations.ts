// Migrations: numbered steps from an empty file to today's tables. A step that was released is never edited.
import { renameSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { BrambleError } from "../../../../shared/errors.ts";
import { READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { Chunks } from "./chunks.ts";
import { finish, Sealer } from "./sealer.ts";

export interface Migration {
  readonly sql: string;
  /** What SQL alone cannot do, after it. */
  readonly convert?: (db: Database.Database) => void;
  /** True when it rewrites or drops what people stored: a copy of the file is kept first. */
  readonly changesData: boolean;
}

/** A commit writes whole pages, and most commits are small: small pages spare the disk. */
const PAGE_BYTES = 1_024;

export const migrations: readonly Migration[] = [
  {
    changesData: false,
    sql: `
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        metric TEXT NOT NULL,
        UNIQUE (device, metric)
      ) STRICT;
      CREATE TABLE reading (
        series INTEGER NOT NULL REFERENCES series (id),
        ts INTEGER NOT NULL, -- milliseconds since 1970 UTC
        value REAL NOT NULL,
        PRIMARY KEY (series, ts)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE attribute (
        device TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        changed_at INTEGER NOT NULL, -- milliseconds since 1970 UTC
        PRIMARY KEY (device, name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE device (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE refused (id INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
      CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    changesData: true,
    sql: `
      -- Acknowledged readings in the order of their commits, until they are sealed.
      CREATE TABLE journal (
        id INTEGER PRIMARY KEY,
        received_at INTEGER NOT NULL, -- milliseconds since 1970 UTC
        readings BLOB NOT NULL -- see journal-row.ts
      ) STRICT;
      -- Sealed readings: of one series each, compressed. Those of one series do not overlap in time.
      CREATE TABLE chunk (
        series INTEGER NOT NULL REFERENCES series (id),
        first INTEGER NOT NULL, -- milliseconds since 1970 UTC, as in last
        last INTEGER NOT NULL,
        count INTEGER NOT NULL,
        min REAL NOT NULL,
        max REAL NOT NULL,
        mean REAL NOT NULL,
        last_value REAL NOT NULL,
        checksum INTEGER NOT NULL, -- CRC-32 of the data
        data_id INTEGER NOT NULL, -- of its row in chunk_data
        PRIMARY KEY (series, first)
      ) STRICT, WITHOUT ROWID;
      -- Apart from their heads, which are searched: a search would read the data of every row that it passes.
      CREATE TABLE chunk_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
      -- Chunks that could not be read when new readings were to be merged into them.
      CREATE TABLE damaged_chunk (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        count INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        data BLOB NOT NULL
      ) STRICT;
      -- Rows of the journal that could not be read when the hub started.
      CREATE TABLE damaged_journal (
        id INTEGER PRIMARY KEY,
        received_at INTEGER NOT NULL,
        readings BLOB NOT NULL
      ) STRICT;
      -- Summaries of sealed readings, by slots of so many minutes; a block has many slots.
      CREATE TABLE rollup (
        series INTEGER NOT NULL REFERENCES series (id),
        minutes INTEGER NOT NULL,
        block INTEGER NOT NULL,
        slots BLOB NOT NULL, -- see rollup-block.ts
        PRIMARY KEY (series, minutes, block)
      ) STRICT, WITHOUT ROWID;
      -- One row: the last id of the journal that was sealed, so that ids never come again; readings in all chunks.
      CREATE TABLE sealed (journal_id INTEGER NOT NULL, readings INTEGER NOT NULL) STRICT;
      INSERT INTO sealed VALUES (0, 0);
    `,
    convert: sealRows,
  },
  {
    changesData: false,
    sql: "CREATE TABLE command (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;",
  },
  {
    changesData: false,
    sql: `
      -- Of half a million series, only those are to be looked at that have readings at the times in question.
      CREATE INDEX chunk_first ON chunk (first, last);
      CREATE INDEX chunk_last ON chunk (last, first);
      CREATE INDEX series_metric ON series (metric, device);
    `,
  },
  {
    // Rows move as they are, within one transaction: no copy of what may be gigabytes of readings.
    changesData: false,
    sql: `
      -- Records of all collections.
      CREATE TABLE record (
        number INTEGER PRIMARY KEY, -- the order in which they were first saved
        collection TEXT NOT NULL,
        id TEXT NOT NULL,
        device TEXT, -- that the record goes with; null where there is none
        text TEXT NOT NULL, -- JSON
        UNIQUE (collection, id)
      ) STRICT;
      CREATE INDEX record_device ON record (device) WHERE device IS NOT NULL;
      INSERT INTO record (collection, id, device, text) SELECT 'device', id, id, record FROM device ORDER BY id;
      INSERT INTO record (collection, id, device, text)
        SELECT 'command', id, iif(json_valid(record), record ->> 'device', NULL), record FROM command ORDER BY number;
      INSERT INTO record (collection, id, text) SELECT 'refused', CAST(id AS TEXT), record FROM refused ORDER BY id;
      INSERT INTO record (collection, id, text) SELECT 'retention', 'rules', value FROM setting WHERE name = 'retention';
      DELETE FROM setting WHERE name = 'retention';
      DROP TABLE device;
      DROP TABLE command;
      DROP TABLE refused;
      -- Who did what. Entries are added, and trimmed from the oldest on.
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY, -- in the order in which they were added
        at INTEGER NOT NULL, -- milliseconds since 1970 UTC
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        details TEXT NOT NULL -- JSON
      ) STRICT;
    `,
  },
];

/**
 * Brings the database at `path` up to the last of `steps`, each in a transaction of its own; `PRAGMA user_version`
 * counts them. Before the first step that changes data, a copy is kept as `<path>.before-<step>`.
 * Throws when the file was written by a newer version.
 */
export function migrate(db: Database.Database, path: string, steps: readonly Migration[] = migrations): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  if (version > steps.length) {
    const text = `it was written by a newer version of Bramble (its tables are at step ${version}, this one knows ${steps.length})`;
    throw new BrambleError("store-failed", text);
  }
  let copied = version === 0;
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    if (step.changesData && !copied) {
      keepCopy(db, `${path}.before-${index + 1}`);
      copied = true;
    }
    db.transaction(() => {
      db.exec(step.sql);
      step.convert?.(db);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/**
 * Sets the layout of the file: small pages, and incremental vacuum. An empty file adopts it at once; another one is rewritten,
 * outside of WAL, which fixes the size of a page.
 */
export function layOut(db: Database.Database): void {
  const hasLayout =
    db.pragma("page_size", { simple: true }) === PAGE_BYTES && db.pragma("auto_vacuum", { simple: true }) === 2;
  if (hasLayout) return;
  db.pragma("journal_mode = DELETE");
  db.pragma(`page_size = ${PAGE_BYTES}`);
  db.pragma("auto_vacuum = INCREMENTAL");
  db.exec("VACUUM");
}

/** A copy that a crash left half-written is made again: it only counts once it has its final name. */
function keepCopy(db: Database.Database, path: string): void {
  rmSync(`${path}.part`, { force: true });
  db.prepare("VACUUM INTO ?").run(`${path}.part`);
  renameSync(`${path}.part`, path);
}

/** Seals the rows of the first version's table, and drops it. */
function sealRows(db: Database.Database): void {
  const chunks = new Chunks(db, { cachedReadings: READINGS_PER_CHUNK, onDamage: () => undefined });
  const sealer = new Sealer(db, chunks);
  const rows = db
    .prepare<[series: number, afterMs: number, limit: number], [ts: number, value: number]>(
      "SELECT ts, value FROM reading WHERE series = ? AND ts > ? ORDER BY ts LIMIT ?",
    )
    .raw();
  for (const series of db.prepare<[], number>("SELECT id FROM series").pluck().all()) {
    let afterMs = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const page = rows.all(series, afterMs, READINGS_PER_CHUNK);
      const last = page.at(-1);
      if (last === undefined) break;
      const tsMs = Float64Array.from(page, ([ts]) => ts);
      const values = Float64Array.from(page, ([, value]) => value);
      finish(sealer.seal(series, { tsMs, values }));
      afterMs = last[0];
    }
  }
  db.exec("DROP TABLE reading");
}

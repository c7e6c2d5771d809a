// The tables, as numbered steps from an empty file to today's. A step that was released is never edited.
import { renameSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { BrambleError } from "../../../shared/errors.ts";

export interface Migration {
  readonly sql: string;
  /** True when it rewrites or drops what people stored: a copy of the file is kept first. */
  readonly changesData: boolean;
}

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
];

/**
 * Brings the database at `path` up to the last of `steps`, each in a transaction of its own; `PRAGMA user_version`
 * counts them. Before the first step that changes data, a copy is kept as `<path>.before-<step>`.
 * Throws when the file was written by a newer version.
 */
export function migrate(db: Database.Database, path: string, steps: readonly Migration[] = migrations): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  if (version > steps.length) {
    const words = `it was written by a newer version of Bramble (its tables are at step ${version}, this one knows ${steps.length})`;
    throw new BrambleError("store-failed", words);
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
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/** A copy that a crash left half-written is made again: it only counts once it has its final name. */
function keepCopy(db: Database.Database, path: string): void {
  rmSync(`${path}.part`, { force: true });
  db.prepare("VACUUM INTO ?").run(`${path}.part`);
  renameSync(`${path}.part`, path);
}

// The sources of an answer.
import type Database from "better-sqlite3";
import { ChunkTimes } from "../engine/chunk-times.ts";
import { Chunks, type ChunksOptions } from "../engine/chunks.ts";
import { SeriesTable } from "./series-table.ts";

export interface Sources {
  readonly table: SeriesTable;
  readonly chunks: Chunks;
  readonly chunkTimes: ChunkTimes;
}

export function openSources(db: Database.Database, options: ChunksOptions): Sources {
  return { table: new SeriesTable(db), chunks: new Chunks(db, options), chunkTimes: new ChunkTimes(db) };
}

// Structured logs: to the data folder, rotated and bounded, and what matters to the console as well.
import { join } from "node:path";
import { type Level, type Logger, multistream, pino } from "pino";
import { createStream } from "rotating-file-stream";

export type Log = Logger;

export interface LogOptions {
  readonly folder: string;
  readonly level: Level;
  readonly consoleLevel: Level;
}

export interface OpenLog {
  readonly log: Log;
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

/** Ten files of 5 MB at most. Never a key, and no payload at info level. */
export function openLog({ folder, level, consoleLevel }: LogOptions): OpenLog {
  const file = createStream("hub.log", { path: join(folder, "logs"), size: "5M", maxFiles: 9, compress: "gzip" });
  const console = { level: consoleLevel, stream: process.stderr };
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    multistream([{ level, stream: file }, console]),
  );
  return {
    log,
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

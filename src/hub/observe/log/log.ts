// Structured logs: to the data folder, rotated and bounded, and what matters to the console as well.
import { join } from "node:path";
import { type Level, type Logger, multistream, pino, type SerializedError } from "pino";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import type { Clock } from "../../clock.ts";
import { limitLines } from "./log-throttle.ts";
import { SourceLines } from "./source-lines.ts";

export type Log = Logger;

export interface LogOptions {
  readonly folder: string;
  readonly level: Level;
  readonly consoleLevel: Level;
  readonly clock: Clock;
}

export interface OpenLog {
  readonly log: Log;
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

/** Ten files of 5 MB at most. Never a key, and no payload at info level. */
export function openLog({ folder, level, consoleLevel, clock }: LogOptions): OpenLog {
  const file = new LogFile(join(folder, "logs"), clock);
  const console = { level: consoleLevel, stream: process.stderr };
  const streams = multistream([{ level, stream: file }, console]);
  const sourceLines = new SourceLines();
  const nameSourceLines = (error: SerializedError) => Object.assign(error, { stack: sourceLines.nameIn(error.stack) });
  const serializers = { err: pino.stdSerializers.wrapErrorSerializer(nameSourceLines) };
  const hooks = { logMethod: limitLines(clock) };
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers, hooks }, streams);
  return { log, close: () => file.close() };
}

const TRY_AGAIN_AFTER_MS = 10_000;

/** A log that cannot be written, on a full disk say, must not end the hub: lines are dropped until it can be again. */
class LogFile {
  readonly #folder: string;
  readonly #clock: Clock;
  #stream: RotatingFileStream | null = null;
  #tryAgainAtMs = 0;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  write(line: string): void {
    if (this.#stream === null && this.#clock.now() >= this.#tryAgainAtMs) this.#stream = this.#open();
    this.#stream?.write(line);
  }

  close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once("close", resolve);
      stream.end();
    });
  }

  #open(): RotatingFileStream {
    const stream = createStream("hub.log", { path: this.#folder, size: "5M", maxFiles: 9, compress: "gzip" });
    stream.on("error", () => {
      if (this.#stream !== stream) return;
      this.#stream = null;
      this.#tryAgainAtMs = this.#clock.now() + TRY_AGAIN_AFTER_MS;
    });
    return stream;
  }
}

// The log of the desktop app's own process: a file in the user's folder, and the console. Electron shows an uncaught
// error as a modal box that stops this process; here it becomes a line. A log that cannot be written stops nothing.
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

const MAX_LOG_BYTES = 1_000_000;

export class DesktopLog {
  readonly #file: string;

  /** `file` is made when the first line is written, and set aside as `FILE.old` at one megabyte. */
  constructor(file: string) {
    this.#file = file;
  }

  warn(message: string, error?: unknown): void {
    this.#write("warn", message, error);
  }

  error(message: string, error?: unknown): void {
    this.#write("error", message, error);
  }

  /** Logs uncaught errors of this process from now on, without any other effect. */
  catchUncaught(): void {
    process.on("uncaughtException", (error) => this.error("An error was not caught:", error));
    process.on("unhandledRejection", (error) => this.error("A rejection was not caught:", error));
    // The reader of the console may be gone: the line is in the file.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  }

  #write(level: "warn" | "error", message: string, error: unknown): void {
    const text = error === undefined ? message : `${message} ${reasonOf(error)}`;
    console[level](text);
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      this.#setAside();
      appendFileSync(this.#file, `${new Date().toISOString()} ${level} ${text}\n`, { mode: 0o600 });
    } catch (cause) {
      console.error(`The log ${this.#file} cannot be written: ${reasonOf(cause)}`);
    }
  }

  #setAside(): void {
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_LOG_BYTES) renameSync(this.#file, `${this.#file}.old`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

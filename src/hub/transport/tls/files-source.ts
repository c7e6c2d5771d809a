// A certificate and its key in two files that another program renews, such as certbot, which swaps links to them. They are read
// again when their folders change, and once a minute, since not every file system notifies of changes. A broken pair, or half of a
// swap, is refused with a message, and the one before stays in use.
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { errorCode, errorText } from "../../../shared/error-text.ts";
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log/log.ts";
import { HeldCertificate } from "../../reach/acme/certificate-source.ts";
import { readPair } from "./certificate.ts";
import type { RunningSource } from "./certificate-source.ts";
import { readPem } from "./pem-files.ts";

const POLL_PERIOD_MS = 60_000;
/** From the first sign of a change: both files are swapped by then. */
const SETTLE_MS = 500;

export interface FilesSourceOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class FilesSource extends HeldCertificate implements RunningSource {
  readonly #options: FilesSourceOptions;
  #problem: Message<TlsProblem> | null = null;
  #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | null = null;
  #endTimer: (() => void) | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: FilesSourceOptions) {
    super();
    this.#options = options;
  }

  get problems(): readonly Message<TlsProblem>[] {
    return this.#problem === null ? [] : [this.#problem];
  }

  async start(): Promise<void> {
    const { certFile, keyFile, clock } = this.#options;
    await this.#read();
    this.#endTimer = clock.every(POLL_PERIOD_MS, () => this.#readInTurn());
    for (const folder of new Set([dirname(certFile), dirname(keyFile)])) this.#watch(folder);
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    if (this.#settling !== null) clearTimeout(this.#settling);
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        this.#settling ??= setTimeout(() => {
          this.#settling = null;
          this.#readInTurn();
        }, SETTLE_MS);
      });
      watcher.on("error", () => watcher.close());
      this.#watchers.push(watcher);
    } catch (error) {
      this.#options.log.info({ err: error, folder }, "the folder cannot be watched: its files are read once a minute");
    }
  }

  #readInTurn(): void {
    this.#reading = this.#reading.then(() => this.#read());
  }

  /** Does not reject. */
  async #read(): Promise<void> {
    const { certFile, keyFile, clock, log } = this.#options;
    const [certPem, keyPem] = await Promise.all([readOrProblem(certFile), readOrProblem(keyFile)]);
    if (typeof certPem !== "string") return this.#refuse(certPem);
    if (typeof keyPem !== "string") return this.#refuse(keyPem);
    const isSame = this.current?.certPem === certPem && this.current.keyPem === keyPem;
    if (isSame) {
      this.#problem = null;
      return undefined;
    }
    const read = readPair({ certPem, keyPem });
    if (read.kind === "wrong") return this.#refuse(read.problem);
    const { notAfterMs, names } = read.facts;
    // An expired one does not replace another; alone it is presented, for clients that do not check it.
    if (this.current !== null && notAfterMs <= clock.now())
      return this.#refuse(message("tls/expired", { untilMs: notAfterMs }));
    this.#problem = null;
    this.set(read.pair);
    log.info({ names, notAfterMs }, "a certificate was read");
    return undefined;
  }

  #refuse(problem: Message<TlsProblem>): void {
    const found = this.current === null ? problem : message("tls/refused", { problem });
    const isNew = this.#problem === null || render(this.#problem) !== render(found);
    this.#problem = found;
    if (isNew) this.#options.log.warn({ problem: render(found) }, "a certificate was refused");
  }
}

async function readOrProblem(file: string): Promise<string | Message<TlsProblem>> {
  try {
    return (await readPem(file)) ?? message("tls/unreadable", { file, reason: "it is not there" });
  } catch (error) {
    const denied = "permission denied; let the hub's user read it";
    const reason = errorCode(error) === "EACCES" ? denied : errorText(error);
    return message("tls/unreadable", { file, reason });
  }
}

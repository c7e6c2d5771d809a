// A database server for a test, from Debian's packages, on a free port with its own folder. `await using` ends it and removes its
// data. It can be killed, as by a power failure, and restarted on its data.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { makeTemporaryFolder, type TestFolder } from "../hub.ts";
import { fillFromTemplate } from "./database-template.ts";
import { portOf } from "./pebble.ts";

export const PASSWORD = "pa:ss/wo rd%?";
export const USER = "bramble";
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** How a product is initialised, started and queried. */
export interface ServerProduct {
  /** Makes an empty cluster in `folder`, with the user and the password. */
  readonly prepare: (folder: string) => void;
  readonly command: (folder: string, port: number) => { readonly file: string; readonly args: readonly string[] };
  /** The process runs as this user of the system; null: as the test's own. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null;
  /** Runs a statement as the administrator, in a database or none, and returns its rows; rejects while the server is down. */
  readonly administer: (port: number, sql: string, database?: string) => Promise<readonly (readonly unknown[])[]>;
  /** Kills every connection to the databases of tests. */
  readonly cutConnections: (port: number) => Promise<unknown>;
  readonly scheme: string;
  /** Ends it in order, connections and all. */
  readonly stopSignal: "SIGTERM" | "SIGINT";
}

export class DatabaseServer implements AsyncDisposable {
  readonly #product: ServerProduct;
  readonly #folder: TestFolder = makeTemporaryFolder();
  #port = 0;
  #process: ChildProcess | null = null;
  #databases = 0;

  constructor(product: ServerProduct) {
    this.#product = product;
  }

  /** A new, empty database; its address with the password. */
  async createDatabase(): Promise<string> {
    const name = `hub${++this.#databases}`;
    await this.administer(`CREATE DATABASE ${name}`);
    return this.address(name);
  }

  address(database: string, password = PASSWORD): string {
    const { scheme } = this.#product;
    return `${scheme}://${USER}:${encodeURIComponent(password)}@127.0.0.1:${this.#port}/${database}`;
  }

  async dropDatabase(address: string): Promise<void> {
    await this.administer(`DROP DATABASE IF EXISTS ${new URL(address).pathname.slice(1)}`);
  }

  administer(sql: string, database?: string): Promise<readonly (readonly unknown[])[]> {
    return this.#product.administer(this.#port, sql, database);
  }

  async cutConnections(): Promise<void> {
    await this.#product.cutConnections(this.#port);
  }

  async prepare(): Promise<void> {
    this.#port = await freePort();
    const { scheme, prepare } = this.#product;
    fillFromTemplate(this.#folder.path, scheme, prepare);
    await this.start();
  }

  /** Starts it where it does not run; resolves when it answers. */
  async start(): Promise<void> {
    const { file, args } = this.#product.command(this.#folder.path, this.#port);
    const { runAs } = this.#product;
    const endMs = performance.now() + START_TIMEOUT_MS;
    let output = "";
    for (;;) {
      // What is left of a killed one may keep the next one from starting.
      if (this.#process === null || this.#process.exitCode !== null || this.#process.signalCode !== null) {
        const started = spawn(file, [...args], { ...runAs, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
        for (const stream of [started.stdout, started.stderr])
          stream.on("data", (bytes: Buffer) => {
            output = (output + bytes.toString()).slice(-2_000);
          });
        this.#process = started;
      }
      try {
        await this.administer("SELECT 1");
        return;
      } catch (error) {
        if (performance.now() > endMs)
          throw new Error(`the database server does not start: ${output}`, { cause: error });
        await sleep(POLL_MS);
      }
    }
  }

  /** As a power failure would, but for the computer. */
  async kill(signal: "SIGKILL" | "SIGQUIT" = "SIGKILL"): Promise<void> {
    await this.#end(signal);
  }

  /** As its administrator would, without waiting for its clients. */
  async stop(): Promise<void> {
    await this.#end(this.#product.stopSignal);
  }

  async #end(signal: "SIGKILL" | "SIGTERM" | "SIGINT" | "SIGQUIT"): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
    // Its other processes are ending, and still write.
    await sleep(200);
    this.#folder[Symbol.dispose]();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

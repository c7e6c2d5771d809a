// A hub, its workers, a Mosquitto and a database server under twenty clients, and the ways in which one of them fails or is added.
// `await using` ends all of them.
import { setTimeout as sleep } from "node:timers/promises";
import { startTestHub, TestHub } from "../hub.ts";
import { randomNumbers } from "../random.ts";
import type { DatabaseServer } from "../system/database-server.ts";
import { Mosquitto } from "../system/mosquitto.ts";
import { until } from "../until.ts";
import { startWorker, TestWorker } from "../worker.ts";
import { type Losses, Senders } from "./senders.ts";

export const QUEUES = ["max_queued_messages 0", "max_inflight_messages 500"];
const WORKERS = 3;
const AWAY_MS = 300;
const FAULTS = ["worker", "database", "mosquitto", "scale-down", "scale-up", "hub"] as const;
export type Fault = (typeof FAULTS)[number];
const STORED_WITHIN_MS = 60_000;

export class Cluster implements AsyncDisposable {
  readonly #server: DatabaseServer;
  readonly #mosquitto: Mosquitto;
  readonly #where: readonly string[];
  readonly #random: () => number;
  readonly #workers: TestWorker[];
  #senders: Senders | null = null;
  #hub: TestHub;
  /** How long the last takeover by a second hub took. */
  takeoverMs = 0;

  private constructor(parts: {
    readonly server: DatabaseServer;
    readonly mosquitto: Mosquitto;
    readonly where: readonly string[];
    readonly seed: number;
    readonly hub: TestHub;
  }) {
    this.#server = parts.server;
    this.#mosquitto = parts.mosquitto;
    this.#where = parts.where;
    this.#random = randomNumbers(parts.seed);
    this.#hub = parts.hub;
    this.#workers = Array.from({ length: WORKERS }, () => new TestWorker(parts.where));
  }

  /** `server` is a running one, which this ends. */
  static async start(server: DatabaseServer, seed: number): Promise<Cluster> {
    const mosquitto = await Mosquitto.start(...QUEUES);
    const where = ["--store", await server.createDatabase(), "--broker", mosquitto.url];
    const cluster = new Cluster({ server, mosquitto, where, seed, hub: await startTestHub(...where) });
    await Promise.all(cluster.#workers.map((worker) => worker.start().then(() => untilWell(worker))));
    cluster.#senders = await Senders.connect(mosquitto.url);
    return cluster;
  }

  get hub(): TestHub {
    return this.#hub;
  }

  get senders(): Senders {
    if (this.#senders === null) throw new Error("the cluster was not started");
    return this.#senders;
  }

  /** These faults, with their multiplicity, in an order determined by the seed. */
  inRandomOrder(faults: readonly Fault[]): Fault[] {
    return faults
      .map((fault) => ({ fault, place: this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ fault }) => fault);
  }

  anyFault(): Fault {
    return FAULTS[Math.floor(this.#random() * FAULTS.length)] ?? "worker";
  }

  /** Resolves when the failed part is running again; messages may still be in flight. */
  async suffer(fault: Fault): Promise<void> {
    switch (fault) {
      case "worker": {
        const worker = this.#anyWorker();
        await worker.end("SIGKILL");
        await sleep(AWAY_MS);
        return worker.start();
      }
      case "database":
        await this.#server.kill();
        await sleep(AWAY_MS);
        return this.#server.start();
      case "mosquitto":
        return this.#killMosquitto();
      case "scale-down":
        return this.#scaleDown();
      case "scale-up": {
        const worker = await startWorker(...this.#where);
        this.#workers.push(worker);
        return;
      }
      case "hub":
        return this.#takeOver();
    }
  }

  /** Resolves when nothing is in flight; pause the clients first. */
  async losses(): Promise<Losses> {
    let losses: Losses = { missing: ["not looked at"], twice: [], neverSent: [] };
    const look = async () => {
      losses = await this.senders.lossesIn(this.#hub).catch(() => losses);
      return losses.missing.length === 0 || undefined;
    };
    await until("everything is stored", look, STORED_WITHIN_MS).catch(() => undefined);
    return losses;
  }

  /**
   * Mosquitto answers before it has written a message to its disk, and forgets shared subscriptions (2.0): what is published before
   * the last one is on the disk, or before the first subscriber is back, is lost by it alone.
   */
  async #killMosquitto(): Promise<void> {
    await this.senders.pause();
    await sleep(AWAY_MS);
    await this.#mosquitto.end("SIGKILL");
    await this.#mosquitto.start();
    await Promise.all(this.#workers.map(untilWell));
    this.senders.resume();
  }

  async #scaleDown(): Promise<void> {
    const worker = this.#workers.length > 1 ? this.#workers.pop() : undefined;
    if (worker === undefined) return;
    const code = await worker.end("SIGTERM");
    if (code !== 0) throw new Error(`a worker that was told to stop ended with ${code}: ${worker.output}`);
  }

  /** Another hub waits on the same database, or leads at once where the first has lost its lock with the server; that one is killed. */
  async #takeOver(): Promise<void> {
    await using first = this.#hub;
    const second = new TestHub(this.#where);
    this.#hub = second;
    const started = second.start();
    const isWaiting = async () => second.output.includes("This one waits") || undefined;
    await Promise.race([started, until("it waits", isWaiting, STORED_WITHIN_MS)]);
    const killedMs = performance.now();
    await first.end("SIGKILL");
    await started;
    this.takeoverMs = performance.now() - killedMs;
  }

  #anyWorker(): TestWorker {
    const worker = this.#workers[Math.floor(this.#random() * this.#workers.length)];
    if (worker === undefined) throw new Error("there is no worker");
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#senders?.[Symbol.asyncDispose]();
    for (const worker of this.#workers) await worker[Symbol.asyncDispose]();
    await this.#hub[Symbol.asyncDispose]();
    await this.#mosquitto[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

export async function untilWell(worker: TestWorker): Promise<void> {
  const isWell = async () => (await fetch(`${worker.url}/health`).catch(() => null))?.ok || undefined;
  await until("the worker is well", isWell, STORED_WITHIN_MS);
}

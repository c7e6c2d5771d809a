// Twenty clients that send without a pause, what they sent, and what the broker acknowledged to each. `await using` ends them.
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import type { TestHub } from "../hub.ts";

const START_MS = Date.UTC(2026, 0, 31);
const PAUSE_MS = 10;
export const CLIENTS = 20;

/** Failures, one per line. */
export interface Losses {
  readonly missing: readonly string[];
  readonly twice: readonly string[];
  readonly neverSent: readonly string[];
}

export class Senders implements AsyncDisposable {
  readonly #sent = new Map<string, Set<number>>();
  readonly #acknowledged = new Map<string, Set<number>>();
  readonly #clients: readonly MqttClient[];
  #running: Promise<unknown> = Promise.resolve();
  #isPaused = true;
  #next = 0;

  private constructor(clients: readonly MqttClient[]) {
    this.#clients = clients;
  }

  static async connect(url: string): Promise<Senders> {
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        connectAsync(url, { clientId: `pi-${index}`, clean: false, reconnectPeriod: 100 }),
      ),
    );
    for (const client of clients) client.on("error", () => undefined);
    const senders = new Senders(clients);
    senders.resume();
    return senders;
  }

  get acknowledged(): number {
    return [...this.#acknowledged.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Resolves when the broker has acknowledged everything. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#running;
  }

  resume(): void {
    this.#isPaused = false;
    this.#running = Promise.all(this.#clients.map((client, index) => this.#send(client, `pi-${index}`)));
  }

  /** Compares what the hub has with what was sent, and what was acknowledged. */
  async lossesIn(hub: TestHub): Promise<Losses> {
    const losses = { missing: [] as string[], twice: [] as string[], neverSent: [] as string[] };
    for (const [device, sent] of this.#sent) {
      const values = await valuesOf(hub, device, "t");
      const stored = new Set(values);
      for (const value of this.#acknowledged.get(device) ?? [])
        if (!stored.has(value)) losses.missing.push(`${device} ${value}`);
      if (stored.size < values.length) losses.twice.push(`${device} ${values.length - stored.size}`);
      losses.neverSent.push(...values.filter((value) => !sent.has(value)).map((value) => `${device} ${value}`));
    }
    return losses;
  }

  async #send(client: MqttClient, device: string): Promise<void> {
    const sent = this.#sent.get(device) ?? new Set();
    const acknowledged = this.#acknowledged.get(device) ?? new Set();
    this.#sent.set(device, sent);
    this.#acknowledged.set(device, acknowledged);
    while (!this.#isPaused) {
      const value = ++this.#next;
      sent.add(value);
      await client.publishAsync(`bramble/${device}/readings`, JSON.stringify({ ts: START_MS + value, t: value }), {
        qos: 1,
      });
      acknowledged.add(value);
      await sleep(PAUSE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isPaused = true;
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
  }
}

/** All values of a series, oldest first, one for each row. */
export async function valuesOf(hub: TestHub, device: string, metric: string): Promise<number[]> {
  const answer = await hub.fetch(`/api/v1/export.csv?device=${device}&metric=${metric}&from=0&to=${START_MS + 1e9}`);
  if (!answer.ok) throw new Error(`the export answers ${answer.status}`);
  const lines = (await answer.text()).trim().split("\r\n").slice(1);
  return lines.map((line) => Number(line.split(",").at(-1)));
}

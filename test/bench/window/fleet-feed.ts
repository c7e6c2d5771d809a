// Devices that send every second, evenly spread over it, to a hub that lets anyone send: what a window has to keep up with.
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { randomNumbers } from "../../support/random.ts";

const PERIOD_MS = 1_000;
const SEED = 20_260_301;

export interface FleetFeedOptions {
  readonly devices: number;
  readonly metrics: number;
}

export class FleetFeed implements AsyncDisposable {
  readonly #client: MqttClient;
  readonly #stop = new AbortController();
  readonly #sending: Promise<void>;

  private constructor(client: MqttClient, options: FleetFeedOptions) {
    this.#client = client;
    this.#sending = this.#send(options);
  }

  /** Resolves once every device has sent its first readings. */
  static async start(mqttPort: number, options: FleetFeedOptions): Promise<FleetFeed> {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
    const random = randomNumbers(SEED);
    const first = Array.from({ length: options.devices }, (_, device) =>
      client.publishAsync(topicOf(device), messageOf(options.metrics, random), { qos: 1 }),
    );
    await Promise.all(first);
    return new FleetFeed(client, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sending;
    await this.#client.endAsync(true);
  }

  /** A device that is late sends at once: the pace holds over many seconds. */
  async #send({ devices, metrics }: FleetFeedOptions): Promise<void> {
    const random = randomNumbers(SEED + 1);
    const { signal } = this.#stop;
    const startMs = performance.now();
    for (let sent = 0; !signal.aborted; sent++) {
      const dueMs = startMs + (sent * PERIOD_MS) / devices;
      await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.#client.publish(topicOf(sent % devices), messageOf(metrics, random), { qos: 0 });
    }
  }
}

export const deviceName = (index: number): string => `load-${index + 1}`;

function topicOf(index: number): string {
  return `sensor/${deviceName(index)}/data`;
}

/** One decimal, as sensors have. */
function messageOf(metrics: number, random: () => number): string {
  const readings = Array.from({ length: metrics }, (_, index) => [
    `m${index + 1}`,
    Math.round(200 + 50 * random()) / 10,
  ]);
  return JSON.stringify(Object.fromEntries(readings));
}

// Well-behaved devices: they send at a steady rate over MQTT and HTTP, and record every acknowledged reading, so that each can be
// verified afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { ReadingsPage } from "../../../src/shared/api.ts";
import { quantile } from "../../bench/statistics.ts";
import { until } from "../until.ts";
import { HonestHttpDevice } from "./http-device.ts";
import { HonestMqttDevice } from "./mqtt-device.ts";
import type { SentReadings } from "./sent-readings.ts";

export interface HonestOptions {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly mqtt: Pace;
  readonly http: Pace;
}

interface Pace {
  readonly devices: number;
  /** The period of each device; their sending times are spread over it. */
  readonly periodMs: number;
}

/** A reading every 20 ms from each of five MQTT clients, and every 50 ms on each of two HTTP connections. */
export const usualPace = { mqtt: { devices: 5, periodMs: 20 }, http: { devices: 2, periodMs: 50 } } as const;

/** From when a reading was due to its acknowledgement; one that has none counts until now. */
const Latencies = Type.Object({
  acknowledged: Type.Integer(),
  p50Ms: Type.Number(),
  p99Ms: Type.Number(),
  maxMs: Type.Number(),
});
type Latencies = Static<typeof Latencies>;

export const HonestReport = Type.Object({
  mqtt: Latencies,
  http: Latencies,
  unanswered: Type.Integer(),
  turnedAway: Type.Integer(),
  connectionsLost: Type.Integer(),
});
export type HonestReport = Static<typeof HonestReport>;

const ADDRESSES = 5;

type HonestDevice = HonestMqttDevice | HonestHttpDevice;

export class HonestClients implements AsyncDisposable {
  readonly #options: HonestOptions;
  readonly #mqtt: readonly HonestMqttDevice[];
  readonly #http: readonly HonestHttpDevice[];
  readonly #ended = new AbortController();
  #sending: Promise<unknown> = Promise.resolve();

  constructor(options: HonestOptions) {
    const { mqttPort, httpPort } = options;
    const ids = honestDeviceIds(options);
    this.#options = options;
    this.#mqtt = ids.mqtt.map((id, index) => new HonestMqttDevice(id, mqttPort, addressOf(index)));
    this.#http = ids.http.map((id, index) => new HonestHttpDevice(id, httpPort, addressOf(index)));
  }

  /** Resolves once every device has been acknowledged. */
  async start(): Promise<void> {
    for (const device of this.#mqtt) device.start();
    const startMs = performance.now();
    this.#sending = Promise.all([
      this.#sendAtPace(this.#mqtt, this.#options.mqtt.periodMs, startMs),
      this.#sendAtPace(this.#http, this.#options.http.periodMs, startMs),
    ]);
    await this.untilAnswered({ mqtt: 1, http: 1 });
  }

  /** Resolves once each device has `count` more acknowledgements; rejects on a timeout. */
  async untilAnswered(times: { readonly mqtt: number; readonly http: number }, withinMs?: number): Promise<void> {
    const wanted = [
      ...this.#mqtt.map(({ sent }) => ({ sent, size: sent.acknowledged.size + times.mqtt })),
      ...this.#http.map(({ sent }) => ({ sent, size: sent.acknowledged.size + times.http })),
    ];
    const ask = async () => (wanted.every(({ sent, size }) => sent.acknowledged.size >= size) ? true : undefined);
    await until("every honest device is acknowledged", ask, withinMs);
  }

  /** Stops sending, and waits for outstanding acknowledgements. */
  async stop(graceMs: number): Promise<HonestReport> {
    this.#ended.abort();
    await this.#sending;
    const endMs = performance.now() + graceMs;
    while (this.#total(({ unanswered }) => unanswered.size) > 0 && performance.now() < endMs) await sleep(10);
    for (const device of this.#devices) device.stop();
    return {
      mqtt: latenciesOf(this.#mqtt),
      http: latenciesOf(this.#http),
      unanswered: this.#total(({ unanswered }) => unanswered.size),
      turnedAway: this.#total(({ turnedAway }) => turnedAway),
      connectionsLost: this.#total(({ connectionsLost }) => connectionsLost),
    };
  }

  /** The number of acknowledged readings that are missing or different in the hub. `ask` fetches JSON by path. */
  async countMissing(ask: (path: string) => Promise<unknown>): Promise<number> {
    let missing = 0;
    for (const { id, sent } of this.#devices) {
      const left = new Map(sent.acknowledged);
      let cursor: string | null = "";
      while (cursor !== null) {
        const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const answer = await ask(`/api/v1/readings?device=${id}&metric=number&limit=10000${query}`);
        const page = Value.Parse(ReadingsPage, answer);
        for (const { ts, value } of page.readings) if (left.get(ts) === value) left.delete(ts);
        cursor = page.next;
      }
      missing += left.size;
    }
    return missing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }

  get #devices(): readonly HonestDevice[] {
    return [...this.#mqtt, ...this.#http];
  }

  #total(figure: (sent: SentReadings) => number): number {
    return this.#devices.reduce((sum, { sent }) => sum + figure(sent), 0);
  }

  async #sendAtPace(devices: readonly HonestDevice[], periodMs: number, startMs: number): Promise<void> {
    const { signal } = this.#ended;
    for (let turn = 0; !signal.aborted; turn++) {
      const dueMs = startMs + (turn * periodMs) / devices.length;
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) await sleep(Math.ceil(leftMs));
      const tsMs = Math.round(performance.timeOrigin + dueMs);
      devices[turn % devices.length]?.send({ number: Math.floor(turn / devices.length), tsMs, dueMs });
    }
  }
}

/** Away from the attackers' addresses and the administrator's, and few enough on each: limits count by address. */
function addressOf(index: number): string {
  return `127.0.1.${1 + (index % ADDRESSES)}`;
}

/** For approving them before they send. */
export function honestDeviceIds({ mqtt, http }: Pick<HonestOptions, "mqtt" | "http">) {
  const numbered = (name: string, { devices }: Pace) =>
    Array.from({ length: devices }, (_, index) => `honest-${name}-${index + 1}`);
  return { mqtt: numbered("mqtt", mqtt), http: numbered("http", http) };
}

function latenciesOf(devices: readonly HonestDevice[]): Latencies {
  const nowMs = performance.now();
  const allMs = devices.flatMap(({ sent }) => [
    ...sent.latenciesMs,
    ...[...sent.unanswered].map(({ dueMs }) => nowMs - dueMs),
  ]);
  const acknowledged = devices.reduce((total, { sent }) => total + sent.acknowledged.size, 0);
  return {
    acknowledged,
    p50Ms: quantile(allMs, 0.5),
    p99Ms: quantile(allMs, 0.99),
    maxMs: allMs.reduce((a, b) => Math.max(a, b), 0),
  };
}

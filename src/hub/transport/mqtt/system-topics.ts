// `$SYS` topics for administrators, with Mosquitto's names: broker statistics, published every ten seconds and on subscribe.
import { filterMatches } from "../../../shared/mqtt/topics.ts";
import type { Message } from "./messages/packets.ts";
import type { RetainedSearch } from "./messages/retained.ts";

const PERIOD_SECONDS = 10;
const ROOT = "$SYS/";

/** Broker statistics; totals count from the start. */
interface BrokerFigures {
  readonly connected: number;
  /** Sessions without a connection. */
  readonly disconnected: number;
  readonly maximum: number;
  readonly received: number;
  readonly sent: number;
  readonly subscriptions: number;
  readonly retained: number;
  readonly uptimeSeconds: number;
}

export interface SystemTopicsOptions {
  readonly version: string;
  readonly figures: () => BrokerFigures;
  readonly hasSubscribers: (topic: string) => boolean;
  readonly publish: (message: Message) => void;
}

export class SystemTopics {
  readonly #options: SystemTopicsOptions;
  #seconds = 0;

  constructor(options: SystemTopicsOptions) {
    this.#options = options;
  }

  /** To be called every second. */
  tick(): void {
    if (++this.#seconds % PERIOD_SECONDS !== 0) return;
    const { hasSubscribers, publish } = this.#options;
    for (const message of this.#messages()) if (hasSubscribers(message.topic)) publish(message);
  }

  /** As what is retained: those that a filter matches; null where it matches none. */
  search(filter: string): RetainedSearch | null {
    if (!filter.startsWith(ROOT)) return null;
    const found = [this.#messages().filter(({ topic }) => filterMatches(filter, topic))];
    return { next: async () => found.pop() ?? null };
  }

  #messages(): Message[] {
    const { version, figures } = this.#options;
    const { connected, disconnected, maximum, received, sent, subscriptions, retained, uptimeSeconds } = figures();
    const statistics: readonly (readonly [string, string | number])[] = [
      ["version", `bramble version ${version}`],
      ["uptime", `${uptimeSeconds} seconds`],
      ["clients/connected", connected],
      ["clients/disconnected", disconnected],
      ["clients/total", connected + disconnected],
      ["clients/maximum", maximum],
      ["messages/received", received],
      ["messages/sent", sent],
      ["subscriptions/count", subscriptions],
      ["retained messages/count", retained],
    ];
    return statistics.map(([name, value]) => ({
      topic: `${ROOT}broker/${name}`,
      payload: Buffer.from(String(value)),
      qos: 0,
      retain: true,
      properties: undefined,
      expiresAtMs: null,
    }));
  }
}

// A broker that runs elsewhere, such as Mosquitto: an adapter of the port MqttBroker. The hub is one of its clients; devices
// publish there, and who may do so is the broker's to say.
// Invariant: the broker gets a PUBACK only once the message is committed, or refused for ever. What is deferred stays with the
// broker: the connection is ended, and the broker sends again all that was not acknowledged.
import type { Publication } from "../../../shared/controls/added-control.ts";
import { errorOf } from "../../../shared/errors.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import { render } from "../../../shared/messages/message.ts";
import { type Budget, MESSAGE_BYTES, mostCostOf, type Share } from "../../access/limits/budget.ts";
import type { Clock } from "../../clock.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log.ts";
import type { CommandSubscriber, Route } from "../../protocols/protocol.ts";
import type { BrokerAddress } from "../broker-address.ts";
import type {
  BrokerEndpoint,
  BrokerHandlers,
  BrokerStats,
  HubPublish,
  MqttBroker,
  PublishOutcome,
} from "../mqtt-broker.ts";
import { BrokerConnection, type BrokerFilter, type ReceivedMessage } from "./broker-connection.ts";
import type { BrokerProblem } from "./broker-problem.ts";
import { DeviceCommands } from "./device-commands.ts";

export interface ExternalBrokerOptions extends BrokerHandlers {
  readonly address: BrokerAddress;
  readonly hubId: () => string;
  /** Of the topics that devices publish on. */
  readonly filters: readonly BrokerFilter[];
  readonly matchTopic: (topic: string) => Route | null;
  readonly commandsOf: (device: DeviceId) => CommandSubscriber;
  readonly commands: Pick<Commands, "attach" | "listened">;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the connection to the broker is. */
export interface BrokerState {
  readonly url: string;
  readonly version: string;
  /** Why nothing arrives; null where all is well. */
  readonly problem: BrokerProblem | null;
  /** Connected to the broker, this hub among them; null where it does not say. */
  readonly clients: number | null;
}

/** Mosquitto's and EMQX's count of connected clients. */
const CLIENTS_TOPIC = "$SYS/broker/clients/connected";
const PUBLISH_TIMEOUT_MS = 5_000;
/** Kept at the hub's own pace: only these say that nothing at all can be stored. */
const HUB_FAILURES: readonly string[] = ["disk-full", "store-failed", "internal"];

export class ExternalBroker implements MqttBroker {
  readonly #options: ExternalBrokerOptions;
  readonly #commands: DeviceCommands;
  readonly #share: Share;
  #connection: BrokerConnection | null = null;
  /** Of devices that said they are here. */
  readonly #sessions = new Set<string>();
  #clients: number | null = null;

  constructor(options: ExternalBrokerOptions) {
    const { budget, commands, commandsOf, clock } = options;
    this.#options = options;
    this.#share = budget.open({ resume: () => this.#connection?.resume(), cut: () => this.#connection?.sendAgain(0) });
    const connection = () => this.#connection ?? DISCONNECTED;
    this.#commands = new DeviceCommands({ commands, commandsOf, connection, clock });
  }

  get endpoint(): BrokerEndpoint {
    const { host, port } = this.#options.address;
    return { host, port };
  }

  get stats(): BrokerStats {
    return { clients: this.#clients ?? 0 };
  }

  get state(): BrokerState {
    const { url } = this.#options.address;
    const problem = this.#connection?.problem ?? null;
    return { url, version: this.#connection?.version ?? "5", problem, clients: this.#clients };
  }

  /** Resolves once it has begun to connect: a hub runs while its broker is away. */
  async start(): Promise<BrokerEndpoint> {
    const { address, hubId, filters, log } = this.#options;
    const connection = new BrokerConnection({
      address,
      clientId: `bramble-hub-${hubId()}`,
      filters,
      optionalTopic: CLIENTS_TOPIC,
      hasRoomFor: (payloadBytes) => this.#share.hasRoomFor(mostCostOf(MESSAGE_BYTES, payloadBytes)),
      onMessage: (received) => this.#received(received),
      onUp: () => this.#commands.connectionChanged(),
      onDown: () => this.#disconnected(),
      log,
    });
    this.#connection = connection;
    this.#commands.start();
    await connection.start();
    return this.endpoint;
  }

  async stop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#commands.stop();
    await connection?.stop();
  }

  /** What devices send comes back by the hub's own subscription, and has its verdict then. */
  async publish({ topic, payload, qos, retain }: HubPublish): Promise<PublishOutcome> {
    const connection = this.#connection ?? DISCONNECTED;
    const isHeard = await connection.publish({ topic, payload, qos, retain }, AbortSignal.timeout(PUBLISH_TIMEOUT_MS));
    return { verdict: null, isHeard };
  }

  commandChannel(publication: Publication): CommandChannel | undefined {
    return this.#commands.channelTo(publication);
  }

  /** A device came or went. */
  deviceChanged(device: DeviceId, isHere: boolean): void {
    this.#commands.deviceChanged(device, isHere);
  }

  #received({ topic, payload, isReplay, acknowledge }: ReceivedMessage): void {
    const { matchTopic, onPublish, address, log } = this.#options;
    if (topic === CLIENTS_TOPIC) {
      const clients = Number(payload);
      this.#clients = Number.isSafeInteger(clients) ? clients : null;
      acknowledge();
      return;
    }
    const route = matchTopic(topic);
    // A retained reading is an old one, which came when it was new; a message without a payload clears a retained one.
    if (route === null || (route.holdsReadings ? isReplay : payload.length === 0)) {
      acknowledge();
      return;
    }
    const costBytes = MESSAGE_BYTES + payload.length;
    this.#share.take(costBytes);
    onPublish({
      topic,
      route,
      payload,
      address: address.host,
      principal: { kind: "broker", role: "operator" },
      session: this.#sessionOf(route, payload),
      share: this.#share,
      isReplay,
    }).then(
      (verdict) => {
        this.#share.release(costBytes);
        this.#settle(verdict, topic, acknowledge);
      },
      (error: unknown) => {
        this.#share.release(costBytes);
        log.error({ err: error }, "a message of the broker could not be settled");
        this.#connection?.sendAgain(1_000);
      },
    );
  }

  #settle(verdict: Verdict, topic: string, acknowledge: () => void): void {
    const { log } = this.#options;
    if (verdict.kind === "deferred" && HUB_FAILURES.includes(errorOf(verdict.problem))) {
      log.warn({ topic, reason: render(verdict.problem) }, "left with the broker");
      this.#connection?.sendAgain(verdict.retryAfterSeconds * 1_000);
      return;
    }
    // What is deferred because of one device would hold up all others: it is listed, and not asked for again.
    acknowledge();
  }

  /** A device has a session from its "online" to the "offline" of its last will; one that sends neither has none, since nothing would end it. */
  #sessionOf({ device, holdsReadings, decode }: Route, payload: Buffer): string | null {
    if (device === null) return null;
    const session = `broker:${device}`;
    if (holdsReadings) return this.#sessions.has(session) ? session : null;
    const decoded = decode(payload, { nowMs: this.#options.clock.now() });
    const [said] = decoded.kind === "decoded" ? decoded.messages : [];
    if (said?.kind === "status" && said.isOnline) this.#sessions.add(session);
    const hasSession = this.#sessions.has(session);
    if (said?.kind === "status" && !said.isOnline) this.#sessions.delete(session);
    return hasSession ? session : null;
  }

  /** The last wills that the broker sends meanwhile are missed; what it has retained comes with the next connection. */
  #disconnected(): void {
    this.#clients = null;
    this.#commands.connectionChanged();
    for (const session of this.#sessions) this.#options.onSession({ kind: "ended", session, fellSilent: false });
    this.#sessions.clear();
  }
}

const DISCONNECTED: Pick<BrokerConnection, "isUp" | "publish"> = {
  isUp: false,
  publish: () => Promise.reject(new Error("there is no connection to the broker")),
};

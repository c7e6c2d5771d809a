// A broker that runs elsewhere, such as Mosquitto: an adapter of the port MqttBroker. The hub is one of its clients; devices
// publish there, and the broker authorises them.
import type { Publication } from "../../../shared/controls/added-control.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import type { Budget } from "../../access/limits/budget.ts";
import type { Clock } from "../../clock.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Log } from "../../observe/log/log.ts";
import type { CommandSubscriber, Route, TopicFilter } from "../../protocols/protocol.ts";
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
import { Intake } from "./intake.ts";
import { OrphanedSessions, type SessionPlaces } from "./orphaned-sessions.ts";

export interface ExternalBrokerOptions extends BrokerHandlers {
  readonly address: BrokerAddress;
  readonly hubId: () => string;
  /** Of the topics that devices publish on. */
  readonly filters: readonly TopicFilter[];
  readonly matchTopic: (topic: string) => Route | null;
  readonly commandsOf: (device: DeviceId) => CommandSubscriber;
  readonly commands: Pick<Commands, "attach" | "onSubscribed">;
  /** Of workers that share the readings; null where there can be none. */
  readonly places: SessionPlaces | null;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

/** The state of the connection to the broker. */
export interface BrokerState {
  readonly url: string;
  readonly version: string;
  /** Why no messages arrive; null while they do. */
  readonly problem: BrokerProblem | null;
  /** Clients that are connected to the broker, this hub included; null where it does not report them. */
  readonly clients: number | null;
}

/** Mosquitto's and EMQX's count of connected clients. */
const CLIENTS_TOPIC = "$SYS/broker/clients/connected";
const PUBLISH_TIMEOUT_MS = 5_000;

export class ExternalBroker implements MqttBroker {
  readonly #options: ExternalBrokerOptions;
  readonly #commands: DeviceCommands;
  readonly #intake: Intake;
  readonly #orphans: OrphanedSessions | null;
  #connection: BrokerConnection | null = null;
  /** Readings are shared with workers. */
  #isSharing = false;
  /** The value of `isShared` that was announced to workers; null before the first check. */
  #saysShared: boolean | null = null;
  /** Of devices whose status is online. */
  readonly #sessions = new Set<string>();
  #clients: number | null = null;

  constructor(options: ExternalBrokerOptions) {
    const { commands, commandsOf, clock, places } = options;
    this.#options = options;
    this.#intake = new Intake({ ...options, sessionOf: (route, payload) => this.#sessionOf(route, payload) });
    this.#orphans =
      places &&
      new OrphanedSessions({
        ...options,
        places,
        filters: this.#filters(true),
        onWorkers: (areThere) => this.#shareReadings(areThere),
      });
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
    const { address, hubId, log } = this.#options;
    await this.#orphans?.start();
    const connection = new BrokerConnection({
      address,
      clientId: `bramble-hub-${hubId()}`,
      filters: this.#filters(this.#isSharing),
      optionalTopic: CLIENTS_TOPIC,
      hasRoomFor: (payloadBytes) => this.#intake.hasRoomFor(payloadBytes),
      onMessage: (received) => this.#received(received),
      onUp: () => this.#commands.connectionChanged(),
      onDown: () => this.#disconnected(),
      log,
    });
    this.#connection = connection;
    this.#intake.attach(connection);
    this.#commands.start();
    await connection.start();
    return this.endpoint;
  }

  async stop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#intake.attach(null);
    this.#commands.stop();
    await this.#orphans?.stop();
    await connection?.stop();
  }

  /** A message on a topic of devices comes back by the hub's own subscription, and gets its verdict then. */
  async publish({ topic, payload, qos, retain }: HubPublish): Promise<PublishOutcome> {
    const connection = this.#connection ?? DISCONNECTED;
    const timeout = AbortSignal.timeout(PUBLISH_TIMEOUT_MS);
    const hasSubscribers = await connection.publish({ topic, payload, qos, retain }, timeout);
    return { verdict: null, hasSubscribers };
  }

  commandChannel(publication: Publication): CommandChannel | undefined {
    return this.#commands.channelTo(publication);
  }

  /** A device came online or went offline. */
  deviceChanged(device: DeviceId, isHere: boolean): void {
    this.#commands.deviceChanged(device, isHere);
  }

  /** Without workers the subscription is not shared, which brokers restore more reliably after a restart. */
  #filters(isSharing: boolean): readonly BrokerFilter[] {
    return this.#options.filters.map(({ filter, wantsRetained, holdsReadings }) => ({
      filter,
      wantsRetained,
      sharing: holdsReadings && isSharing ? "shared-else-alone" : "alone",
    }));
  }

  /** A worker waits until the hub announces that it shares: otherwise both would receive the same readings. */
  async #shareReadings(isSharing: boolean): Promise<void> {
    const { places } = this.#options;
    if (this.#saysShared === isSharing) return;
    if (!isSharing) await places?.share(false);
    if (this.#isSharing !== isSharing) {
      this.#isSharing = isSharing;
      await this.#connection?.changeFilters(this.#filters(isSharing));
    }
    if (isSharing) await places?.share(true);
    this.#saysShared = isSharing;
  }

  #received(received: ReceivedMessage): void {
    if (received.topic !== CLIENTS_TOPIC) {
      this.#intake.take(received);
      return;
    }
    const clients = Number(received.payload);
    this.#clients = Number.isSafeInteger(clients) ? clients : null;
    received.acknowledge();
  }

  /** A device has a session from its "online" to the "offline" of its last will; one that sends neither has none, since nothing would end it. */
  #sessionOf({ device, holdsReadings, decode }: Route, payload: Buffer): string | null {
    if (device === null) return null;
    const session = `broker:${device}`;
    if (holdsReadings) return this.#sessions.has(session) ? session : null;
    const decoded = decode(payload, { nowMs: this.#options.clock.now() });
    const [first] = decoded.kind === "decoded" ? decoded.messages : [];
    if (first?.kind === "status" && first.isOnline) this.#sessions.add(session);
    const hasSession = this.#sessions.has(session);
    if (first?.kind === "status" && !first.isOnline) this.#sessions.delete(session);
    return hasSession ? session : null;
  }

  /** Last wills are missed meanwhile; retained messages come with the next connection. */
  #disconnected(): void {
    this.#clients = null;
    this.#commands.connectionChanged();
    for (const session of this.#sessions) this.#options.onSession({ kind: "ended", session, hasTimedOut: false });
    this.#sessions.clear();
  }
}

const DISCONNECTED: Pick<BrokerConnection, "isUp" | "publish"> = {
  isUp: false,
  publish: () => Promise.reject(new Error("there is no connection to the broker")),
};

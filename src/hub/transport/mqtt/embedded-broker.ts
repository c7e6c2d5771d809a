// The hub's own broker, an adapter of the port MqttBroker around Aedes: accepts connections on TCP and over WebSocket, and
// composes the parts that each connection passes through.
// Order: Aedes runs before the TCP port listens; on stop the TCP port closes first.
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { createWebSocketStream } from "ws";
import type { Publication } from "../../../shared/controls/added-control.ts";
import type { MqttClientList } from "../../../shared/mqtt/mqtt-clients.ts";
import type { Admission, NotAdmitted } from "../../access/limits/admission.ts";
import type { Budget } from "../../access/limits/budget.ts";
import { PARSED_MESSAGE_BYTES } from "../../access/limits/costs.ts";
import { plainAddress } from "../../access/networks.ts";
import type {
  BrokerEndpoint,
  BrokerHandlers,
  BrokerStats,
  HubPublish,
  MqttBroker,
  PublishOutcome,
} from "../../broker/mqtt-broker.ts";
import type { Clock } from "../../clock.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Port } from "../../config.ts";
import type { Log } from "../../observe/log/log.ts";
import type { MessageTap } from "../../observe/message-tap.ts";
import type { RecordStore } from "../../store/records.ts";
import { ProxiedConnections } from "../proxied-connections.ts";
import { type ConnectionHandler, SocketListener } from "../socket-listener.ts";
import type { WebSocketRoute } from "../websocket/websocket-upgrades.ts";
import { AccessHooks, type MqttAccess } from "./access-hooks.ts";
import { AedesBroker } from "./aedes-broker.ts";
import { describeClient } from "./client-list.ts";
import { MqttCommands } from "./command-delivery.ts";
import { Connections } from "./connections.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { MqttFastPath } from "./fast-path.ts";
import { disconnectSilent } from "./keep-alive.ts";
import { MessageBus } from "./messages/message-bus.ts";
import { RetainedMessages } from "./messages/retained.ts";
import { PublishHandler } from "./publish-handler.ts";
import { Sessions } from "./session/sessions.ts";
import { WillQueue } from "./session/will.ts";
import { MqttSubscriptions } from "./subscriptions.ts";
import { SystemTopics } from "./system-topics.ts";
import { refuseConnect } from "./wire/closing.ts";
import { MAX_PACKET_BYTES } from "./wire/packet-check.ts";

const DEAD_PEER_PROBE_MS = 60_000;
const TICK_MS = 1_000;
/** The publisher of messages that people publish through the hub. */
const HUB_CLIENT_ID = "bramble";
/** Of a WebSocket whose client has to wait: a frame may be a byte, and is an object of 400 until it is read. */
const MAX_BUFFERED_BYTES = 256;

export interface EmbeddedBrokerOptions extends BrokerHandlers {
  readonly host: string;
  readonly port: Port;
  readonly commands: Pick<Commands, "attach" | "onSubscribed">;
  readonly access: MqttAccess;
  readonly admission: Admission;
  readonly budget: Budget;
  /** Stores retained messages. */
  readonly records: RecordStore;
  /** The hub's version, for `$SYS`. */
  readonly version: string;
  readonly diagnostics: MqttDiagnostics;
  readonly tap: MessageTap;
  readonly clock: Clock;
  readonly log: Log;
}

export class EmbeddedBroker implements MqttBroker {
  readonly #options: EmbeddedBrokerOptions;
  /** Handles the connections of all MQTT ports. */
  readonly handler: ConnectionHandler;
  /** The port without TLS. */
  readonly listener: SocketListener;
  readonly #broker = new AedesBroker();
  readonly #bus = new MessageBus(this.#broker);
  readonly #commands: MqttCommands;
  readonly #subscriptions: MqttSubscriptions;
  readonly #retained: RetainedMessages;
  readonly #sessions: Sessions;
  readonly #wills: WillQueue;
  readonly #connections: Connections;
  readonly #publishes: PublishHandler;
  readonly #fastPath: MqttFastPath;
  readonly #proxied: ProxiedConnections;
  readonly #system: SystemTopics;
  #startedMs = 0;
  /** Null while the broker does not run. */
  #endTimer: (() => void) | null = null;
  #port = 0;

  constructor(options: EmbeddedBrokerOptions) {
    const { commands, access, budget, records, version, diagnostics, onPublish, onSession, tap, clock, log } = options;
    this.#options = options;
    const { topics: authority } = access;
    this.#commands = new MqttCommands(commands, clock);
    this.#subscriptions = new MqttSubscriptions(authority);
    const subscriptions = this.#subscriptions;
    this.#retained = new RetainedMessages({ records, maxBytes: budget.maxRetainedBytes, clock });
    this.#sessions = new Sessions({ bus: this.#bus, budget, access, clock });
    const sessions = this.#sessions;
    this.#system = new SystemTopics({
      version,
      figures: () => ({
        ...this.#connections.figures,
        disconnected: sessions.absentCount,
        subscriptions: sessions.filterCount,
        retained: this.#retained.count,
        uptimeSeconds: Math.max(0, Math.round((clock.now() - this.#startedMs) / 1_000)),
      }),
      hasSubscribers: (topic) => this.#bus.countSubscribers(topic) > 0,
      publish: (message) => this.#bus.publish(message, null),
    });
    const system = this.#system;
    const retained = this.#retained;
    this.#publishes = new PublishHandler({ authority, retained: this.#retained, diagnostics, onPublish, tap, log });
    this.#wills = new WillQueue(budget);
    this.#connections = new Connections({
      budget,
      access,
      parts: {
        sessions,
        access: new AccessHooks({ sessions, subscriptions, access, diagnostics }),
        subscriptions,
        publishes: this.#publishes,
        commands: this.#commands,
        // What the broker says of itself is as retained, and nothing else begins with "$".
        retained: { search: (filter) => system.search(filter) ?? retained.search(filter) },
        bus: this.#bus,
        wills: this.#wills,
        diagnostics,
        clock,
        log,
        makeClientId: () => `bramble-${randomUUID()}`,
      },
      onSessionEnded: (session, hasTimedOut) => onSession({ kind: "ended", session, hasTimedOut }),
    });
    this.#fastPath = new MqttFastPath({ bus: this.#bus, onPublish, authority, diagnostics, tap, log });
    this.#proxied = new ProxiedConnections({
      proxies: access.proxies,
      admission: options.admission,
      onBadHeader: (address, reason) => diagnostics.badProxyHeader(address, reason),
    });
    this.handler = {
      admission: options.admission,
      notAdmitted: (address, outcome) => diagnostics.notAdmitted(address, outcome),
      preamble: (socket) => this.#proxied.preamble(socket),
      take: (socket, outcome) => this.#connect(socket, outcome),
    };
    this.listener = new SocketListener({ name: "MQTT", handler: this.handler });
  }

  get endpoint(): BrokerEndpoint {
    return { host: this.#options.host, port: this.#port };
  }

  get stats(): BrokerStats {
    return { clients: this.#connections.connected.size };
  }

  /** The connected clients, for the API. */
  get clients(): { list(): MqttClientList; disconnect(clientId: string): boolean } {
    return {
      list: () => ({
        clients: [...this.#connections.connected].map(describeClient),
        absentSessions: this.#sessions.absentCount,
      }),
      disconnect: (clientId) => {
        const meant = [...this.#connections.connected].filter((session) => session.clientId === clientId);
        for (const { client } of meant) client?.dismiss();
        return meant.length > 0;
      },
    };
  }

  async publish({ address, principal, share, ...published }: HubPublish): Promise<PublishOutcome> {
    const message = { ...published, properties: undefined, expiresAtMs: null };
    const publisher = { id: null, clientId: HUB_CLIENT_ID, address, principal, share };
    const { verdict, isForwarded } = await this.#publishes.accept(publisher, message);
    const hasSubscribers = isForwarded && this.#bus.countSubscribers(message.topic) > 0;
    if (isForwarded) this.#bus.publish(message, null);
    return { verdict, hasSubscribers };
  }

  commandChannel(publication: Publication): CommandChannel | undefined {
    return this.#commands.channelTo(publication);
  }

  /** Grants subscriptions that were rejected and are allowed now. */
  regrantSubscriptions(): void {
    this.#subscriptions.regrant();
  }

  /** Whether this hub is the peer of a connection from that address and port. */
  isConnectedTo(address: string, port: number): boolean {
    return this.#connections.has(address, port);
  }

  async start(): Promise<BrokerEndpoint> {
    const { host, port, clock, log } = this.#options;
    // The broker's own types do not name this event.
    const events: NodeJS.EventEmitter = this.#broker;
    // An "error" event without a listener would end the process.
    events.on("error", (error: unknown) => log.error({ err: error }, "broker error"));
    await this.#broker.listen();
    await this.#retained.start();
    this.#startedMs = clock.now();
    this.#endTimer = clock.every(TICK_MS, () => this.#tick());
    this.#port = await this.listener.listen(host, port);
    return this.endpoint;
  }

  async stop(): Promise<void> {
    if (this.#endTimer === null) return;
    this.#endTimer();
    this.#endTimer = null;
    this.#proxied.stop();
    const closed = this.listener.close();
    for (const { client } of [...this.#connections.connected]) client?.stop();
    this.#connections.destroyAll();
    this.#sessions.stop();
    await this.#wills.stop();
    this.#retained.stop();
    await new Promise<void>((resolve) => this.#broker.close(resolve));
    await closed;
  }

  #tick(): void {
    const { diagnostics } = this.#options;
    disconnectSilent(this.#connections.connected, TICK_MS, ({ clientId, address, keepAliveMs, silentMs, client }) => {
      diagnostics.keepAliveTimedOut(clientId, address, keepAliveMs, silentMs);
      client?.keepAliveTimedOut();
    });
    this.#connections.tick();
    this.#system.tick();
    this.#sessions.tick();
  }

  /** WS /mqtt: MQTT over WebSocket (MQTT 3.1.1, section 6), with the same broker. */
  get route(): WebSocketRoute {
    return {
      path: "/mqtt",
      protocols: ["mqtt", "mqttv3.1"],
      messageBytes: MAX_PACKET_BYTES,
      permission: "open",
      isAvailable: () => this.#endTimer !== null,
      open: ({ socket, address, share }) => {
        if (this.#endTimer === null) {
          socket.terminate();
          return;
        }
        const stream = createWebSocketStream(socket, { readableHighWaterMark: MAX_BUFFERED_BYTES });
        // Packets come in binary frames alone [MQTT-6.0.0-1]. A frame passes through a stream by itself, and may hold a byte.
        socket.on("message", (_data, isBinary) => {
          share.take(PARSED_MESSAGE_BYTES);
          share.release(PARSED_MESSAGE_BYTES);
          if (isBinary) return;
          this.#options.diagnostics.cut(null, address, "it sends text over its WebSocket, where MQTT is binary");
          stream.destroy();
        });
        this.#connections.open(stream, address, this.#fastPath);
      },
    };
  }

  #connect(socket: Socket, outcome: "admitted" | NotAdmitted): void {
    if (this.#endTimer === null) {
      socket.destroy();
      return;
    }
    if (outcome !== "admitted") {
      refuseConnect(socket);
      return;
    }
    const address = plainAddress(socket.remoteAddress);
    socket.setKeepAlive(true, DEAD_PEER_PROBE_MS);
    this.#connections.open(socket, address, this.#fastPath);
  }
}

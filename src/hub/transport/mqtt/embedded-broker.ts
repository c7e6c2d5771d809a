// The hub's own broker, an adapter of the port MqttBroker around Aedes: accepts connections on TCP and over WebSocket, and
// composes the parts that each connection passes through.
// Order: Aedes runs before the TCP port listens; on stop the TCP port closes first.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import { createWebSocketStream } from "ws";
import type { Publication } from "../../../shared/added-control.ts";
import type { Admission, NotAdmitted } from "../../access/limits/admission.ts";
import type { Budget } from "../../access/limits/budget.ts";
import { plainAddress } from "../../access/networks.ts";
import type { BrokerEndpoint, BrokerHandlers, BrokerStats, MqttBroker } from "../../broker/mqtt-broker.ts";
import type { Clock } from "../../clock.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Port } from "../../config.ts";
import type { Log } from "../../observe/log.ts";
import type { Inbox } from "../../protocols/inbox.ts";
import { ProxiedConnections } from "../proxied-connections.ts";
import { type ConnectionHandler, SocketListener } from "../socket-listener.ts";
import { TurnQueue } from "../turn-queue.ts";
import type { WebSocketRoute } from "../websocket/websocket-upgrades.ts";
import { AccessHooks, connectRefusal, type MqttAccess, SERVER_UNAVAILABLE } from "./access-hooks.ts";
import { AedesBroker } from "./aedes-broker.ts";
import { MqttCommands } from "./command-delivery.ts";
import { Connections, MAX_PACKET_BYTES } from "./connections.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { MqttFastPath } from "./fast-path.ts";
import { endSilent } from "./keep-alive.ts";
import { PublishHandler } from "./publish-handler.ts";
import { RetainedLimit } from "./retained-limit.ts";
import { MqttSubscriptions } from "./subscriptions.ts";
import { sayFarewell } from "./wire/farewell.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const DEAD_PEER_PROBE_MS = 60_000;
const KEEP_ALIVE_CHECK_MS = 1_000;
/** New connections: some 2 ms of work. */
const MAX_ARRIVALS_PER_TURN = 8;
/** Packets that arrive with the CONNECT in one chunk wait in this queue; the chunk's size bounds it. */
const MAX_PACKETS_BEFORE_CONNACK = 65_536;
/** A rejected filter has 128 in its place [MQTT-3.9.3-2]. */
const HIGHEST_QOS = 2;

export interface EmbeddedBrokerOptions extends BrokerHandlers {
  readonly host: string;
  readonly port: Port;
  readonly inbox: Pick<Inbox, "isBarred">;
  readonly commands: Pick<Commands, "attach" | "listened">;
  readonly access: MqttAccess;
  readonly admission: Admission;
  readonly budget: Budget;
  readonly diagnostics: MqttDiagnostics;
  readonly clock: Clock;
  readonly log: Log;
}

/** A started broker. */
interface Running {
  readonly broker: AedesBroker;
  readonly fastPath: MqttFastPath;
  readonly endTimer: () => void;
}

export class EmbeddedBroker implements MqttBroker {
  readonly #options: EmbeddedBrokerOptions;
  /** Takes the connections of every port that speaks MQTT. */
  readonly handler: ConnectionHandler;
  /** The port without TLS. */
  readonly listener: SocketListener;
  readonly #commands: MqttCommands;
  readonly #subscriptions: MqttSubscriptions;
  readonly #connections: Connections;
  readonly #access: AccessHooks;
  readonly #publishes: PublishHandler;
  readonly #arrivals = new TurnQueue<() => void>(MAX_ARRIVALS_PER_TURN, (handle) => handle());
  readonly #proxied: ProxiedConnections;
  #running: Running | null = null;
  #port = 0;

  constructor(options: EmbeddedBrokerOptions) {
    const { inbox, commands, access, budget, diagnostics, onPublish, onSession, log } = options;
    this.#options = options;
    this.#commands = new MqttCommands(commands);
    this.#subscriptions = new MqttSubscriptions(access.topics);
    const subscriptions = this.#subscriptions;
    this.#connections = new Connections({
      budget,
      diagnostics,
      access,
      commands: this.#commands,
      subscriptions,
      onSessionEnded: (session, fellSilent) => onSession({ kind: "ended", session, fellSilent }),
    });
    const connections = this.#connections;
    this.#access = new AccessHooks({ connections, subscriptions, access, diagnostics });
    this.#publishes = new PublishHandler({
      connections,
      authority: access.topics,
      retained: new RetainedLimit(budget.maxRetainedBytes),
      diagnostics,
      onPublish,
      isBarred: (route, payload, session) => inbox.isBarred(route, payload, session),
      log,
    });
    this.#proxied = new ProxiedConnections({
      proxies: options.access.proxies,
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

  commandChannel(publication: Publication): CommandChannel | undefined {
    return this.#commands.channelTo(publication);
  }

  /** Grants subscriptions that were rejected and are allowed now. */
  regrantSubscriptions(): void {
    this.#subscriptions.regrant((client) => this.#access.principalOf(client));
  }

  /** Whether this hub is at the other end of a connection. */
  isConnectedTo(address: string, port: number): boolean {
    return this.#connections.has(address, port);
  }

  async start(): Promise<BrokerEndpoint> {
    const { host, port, diagnostics, onPublish, clock, log } = this.#options;
    const authority = this.#options.access.topics;
    const access = this.#access;
    const publishes = this.#publishes;
    const broker = new AedesBroker({
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueLimit: MAX_PACKETS_BEFORE_CONNACK,
      preConnect: (client, packet, done) => done(null, access.preConnect(client, packet)),
      authenticate: (client, username, password, done) => {
        access.authenticate(client, username, password).then(
          (refusal) => done(refusal, refusal === null),
          () => done(connectRefusal("server unavailable", SERVER_UNAVAILABLE), false),
        );
      },
      authorizePublish: (client, packet, done) => {
        publishes.authorizePublish(client, packet).then(() => done(null), done);
      },
      authorizeSubscribe: (client, subscription, done) => done(null, access.authorizeSubscribe(client, subscription)),
      authorizeForward: (client, packet) => (access.mayForward(client, packet.topic) ? packet : null),
      published: (packet, client: Client | null, done) => {
        publishes.published(client, packet).then(() => done(null), done);
      },
    });
    await broker.listen();
    this.#watch(broker);
    this.#running = {
      broker,
      fastPath: new MqttFastPath({ broker, onPublish, authority, diagnostics, log }),
      endTimer: clock.every(KEEP_ALIVE_CHECK_MS, () =>
        endSilent(this.#connections.connected, KEEP_ALIVE_CHECK_MS, ({ client, address, keepAliveMs, silentMs }) =>
          diagnostics.fellSilent(client?.id ?? "", address, keepAliveMs, silentMs),
        ),
      ),
    };
    this.#port = await this.listener.listen(host, port);
    return this.endpoint;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    running.endTimer();
    this.#proxied.stop();
    const closed = this.listener.close();
    await new Promise<void>((resolve) => running.broker.close(resolve));
    this.#connections.destroyAll();
    await closed;
  }

  /** WS /mqtt: MQTT over WebSocket (MQTT 3.1.1, section 6), with the same broker. */
  get route(): WebSocketRoute {
    return {
      path: "/mqtt",
      protocols: ["mqtt", "mqttv3.1"],
      messageBytes: MAX_PACKET_BYTES,
      permission: "open",
      isAvailable: () => this.#running !== null,
      open: ({ socket, address }) => {
        if (this.#running === null) socket.terminate();
        else this.#open(createWebSocketStream(socket), address);
      },
    };
  }

  #connect(socket: Socket, outcome: "admitted" | NotAdmitted): void {
    if (this.#running === null) {
      socket.destroy();
      return;
    }
    if (outcome !== "admitted") {
      sayFarewell(socket);
      return;
    }
    const address = plainAddress(socket.remoteAddress);
    socket.setKeepAlive(true, DEAD_PEER_PROBE_MS);
    this.#connections.track(socket);
    // It may end before its turn.
    socket.on("error", () => socket.destroy());
    this.#arrivals.push(() => {
      if (!socket.destroyed) this.#open(socket, address);
    });
  }

  #open(socket: Duplex, address: string): void {
    if (this.#running === null) socket.destroy();
    else this.#connections.open(socket, address, this.#running.broker, this.#running.fastPath);
  }

  #watch(broker: AedesBroker): void {
    const { log } = this.#options;
    broker.on("clientReady", (client) => this.#connections.accepted(client));
    broker.on("subscribe", (subscriptions, client) => {
      const session = this.#connections.sessionOf(client);
      if (session === undefined || session.isClosed) return;
      for (const { topic, qos } of subscriptions)
        if (qos <= HIGHEST_QOS) this.#commands.subscribed(session, topic, qos);
    });
    broker.on("unsubscribe", (topics, client) => {
      const session = this.#connections.sessionOf(client);
      for (const topic of topics) if (session !== undefined) this.#commands.unsubscribed(session, topic);
    });
    broker.on("clientError", (client, error) => log.debug({ client: client.id, err: error }, "client error"));
    broker.on("connectionError", (_client, error) => log.debug({ err: error }, "connection error"));
    // An "error" event without a listener would end the process. The broker's types do not name it.
    (broker as NodeJS.EventEmitter).on("error", (error: unknown) => log.error({ err: error }, "broker error"));
  }
}

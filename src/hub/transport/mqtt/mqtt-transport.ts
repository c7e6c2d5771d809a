// The MQTT port: an embedded broker that acknowledges a publish only after its verdict.
// QoS 0 and 1 are committed while the broker asks whether the publish is allowed: the PUBACK follows. QoS 2 is committed
// once the broker has taken the packet, since a resent one is asked about again but taken once: the PUBREC follows.
import { createServer, type Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client, ConnectPacket, PublishPacket } from "aedes";
import { createWebSocketStream } from "ws";
import type { Publication } from "../../../shared/added-control.ts";
import { parseTopic } from "../../../shared/topics.ts";
import type { Admission } from "../../access/admission.ts";
import type { Budget } from "../../access/budget.ts";
import { plainAddress } from "../../access/networks.ts";
import type { Sessions } from "../../access/sessions.ts";
import type { Identity, TopicAuthority } from "../../access/topic-authority.ts";
import type { Clock } from "../../clock.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Port } from "../../config.ts";
import type { Registry } from "../../devices/registry.ts";
import type { Ingest, Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log.ts";
import { listen } from "../ports.ts";
import { TurnQueue } from "../turn-queue.ts";
import type { WebSocketRoute } from "../websocket/websocket-upgrades.ts";
import { Broker } from "./broker.ts";
import { MqttCommands } from "./command-delivery.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { sayFarewell } from "./farewell.ts";
import { MqttFastPath } from "./fast-path.ts";
import { endSilent } from "./keep-alive.ts";
import { CONNACK_UNKNOWN_LEVEL, packetCheck, UNKNOWN_LEVEL } from "./packet-check.ts";
import { RetainedLimit } from "./retained-limit.ts";
import { MqttSession } from "./session.ts";
import { guardSocket, type RawPacket } from "./socket-guard.ts";
import { MqttSubscriptions } from "./subscriptions.ts";
import { isSoundClientId } from "./validation.ts";

const MAX_PACKET_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const DEAD_PEER_PROBE_MS = 60_000;
const KEEP_ALIVE_CHECK_MS = 1_000;
/** New connections: some 2 ms of work. */
const MAX_ARRIVALS_PER_TURN = 8;
/** What arrives with the CONNECT in one chunk waits in this queue; the chunk's size bounds it. */
const QUEUED_PACKETS = 65_536;
/** Where a publish that is acknowledged but not passed on goes: nobody can subscribe to it. */
const NOWHERE = "$nowhere";
const IDENTIFIER_REJECTED = 2;
const NOT_AUTHORIZED = 5;
/** What was turned away has 128 in place of it [MQTT-3.9.3-2]. */
const HIGHEST_QOS = 2;

export interface MqttOptions {
  readonly ingest: Ingest;
  readonly commands: Commands;
  readonly authority: TopicAuthority;
  readonly sessions: Sessions;
  readonly admission: Admission;
  readonly budget: Budget;
  readonly registry: Registry;
  readonly troubles: MqttDiagnostics;
  readonly clock: Clock;
  readonly log: Log;
}

export class MqttTransport {
  readonly #options: MqttOptions;
  readonly #server: Server;
  readonly #commands: MqttCommands;
  readonly #subscriptions: MqttSubscriptions;
  readonly #sessions = new WeakMap<Client, MqttSession>();
  readonly #sockets = new Set<Duplex>();
  readonly #connected = new Set<MqttSession>();
  readonly #retained: RetainedLimit;
  readonly #arrivals = new TurnQueue<() => void>(MAX_ARRIVALS_PER_TURN, (handle) => handle());
  #broker: Broker | null = null;
  #lane: MqttFastPath | null = null;
  #endTimer: (() => void) | null = null;
  #sessionCount = 0;
  #port = 0;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#commands = new MqttCommands(options.commands);
    this.#subscriptions = new MqttSubscriptions(options.authority);
    this.#retained = new RetainedLimit(options.budget.maxRetainedBytes);
    // Half-open: a script that sends and hangs up still gets its messages taken, and their acknowledgements.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#connect(socket));
  }

  /** Clients whose CONNECT was accepted; the broker's own count drifts when many come with the same id. */
  get clientCount(): number {
    return this.#connected.size;
  }

  get port(): number {
    return this.#port;
  }

  /** The way to whoever listens on a topic; undefined while nobody does. */
  channelTo(publication: Publication): CommandChannel | undefined {
    return this.#commands.channelTo(publication);
  }

  /** More may be listened to than before. */
  regrantSubscriptions(): void {
    this.#subscriptions.regrantSubscriptions((client) => this.#identityOf(client));
  }

  /** Whether this hub is at the other end of a connection. */
  isConnectedTo(address: string, port: number): boolean {
    const isIt = (one: Duplex) =>
      one instanceof Socket && one.remotePort === port && plainAddress(one.remoteAddress) === address;
    return [...this.#sockets].some(isIt);
  }

  async start(host: string, port: Port): Promise<number> {
    const { ingest, authority, troubles, clock, log } = this.#options;
    const broker = new Broker({
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueLimit: QUEUED_PACKETS,
      preConnect: (client, packet, done) => done(null, this.#preConnect(client, packet)),
      authenticate: (client, _username, password, done) => {
        const refused = this.#authenticate(client, password);
        done(refused, refused === null);
      },
      authorizePublish: (client, packet, done) => {
        this.#authorizePublish(client, packet).then(() => done(null), done);
      },
      authorizeSubscribe: (client, subscription, done) => {
        const granted = this.#subscriptions.authorise(client, this.#identityOf(client), subscription);
        if (granted === null) this.#mayNotHear(client, subscription.topic);
        done(null, granted);
      },
      authorizeForward: (client, packet) => {
        return authority.mayHear(this.#identityOf(client), packet.topic) ? packet : null;
      },
      published: (packet, client: Client | null, done) => {
        this.#published(client, packet).then(() => done(null), done);
      },
    });
    await broker.listen();
    this.#broker = broker;
    const forbidden = troubles.forbidden.bind(troubles);
    this.#lane = new MqttFastPath({ broker, ingest, authority, forbidden, log });
    this.#endTimer = clock.every(KEEP_ALIVE_CHECK_MS, () => endSilent(this.#connected, KEEP_ALIVE_CHECK_MS));
    this.#watch(broker);
    this.#port = await listen(this.#server, host, port, "MQTT");
    return this.#port;
  }

  async stop(): Promise<void> {
    const broker = this.#broker;
    if (broker === null) return;
    this.#broker = null;
    this.#endTimer?.();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await new Promise<void>((resolve) => broker.close(resolve));
    // The broker closes those that it has accepted; here go those that never said who they are.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(socket: Socket): void {
    const { admission, troubles } = this.#options;
    const address = plainAddress(socket.remoteAddress);
    const broker = this.#broker;
    const outcome = admission.admit(socket);
    if (broker === null || outcome !== "admitted") {
      if (outcome !== "admitted") troubles.notAdmitted(address, outcome);
      if (broker !== null && outcome !== "admitted" && admission.mayLinger(socket, outcome)) sayFarewell(socket);
      else socket.destroy();
      return;
    }
    socket.setKeepAlive(true, DEAD_PEER_PROBE_MS);
    this.#sockets.add(socket);
    // It may end before its turn.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
    this.#arrivals.push(() => {
      if (!socket.destroyed) this.#handle(broker, socket, address);
    });
  }

  /** WS /mqtt: MQTT over WebSocket, the same broker. */
  get route(): WebSocketRoute {
    return {
      path: "/mqtt",
      protocols: ["mqtt", "mqttv3.1"],
      messageBytes: MAX_PACKET_BYTES,
      whyNot: async () => (this.#broker === null ? "503 Service Unavailable" : null),
      open: ({ socket }, request) => {
        const broker = this.#broker;
        if (broker === null) socket.terminate();
        else this.#handle(broker, createWebSocketStream(socket), plainAddress(request.socket.remoteAddress));
      },
    };
  }

  #handle(broker: Broker, socket: Duplex, address: string): void {
    const { budget, troubles } = this.#options;
    this.#sockets.add(socket);
    const share = budget.open({
      resume: () => {
        session.guard?.resume();
        this.#closeWhenDone(client, session);
      },
      cut: (reason) => {
        troubles.cut(client.id, address, reason);
        socket.destroy();
      },
    });
    const session = new MqttSession(`mqtt:${++this.#sessionCount}`, address, socket, share);
    session.guard = guardSocket(socket, {
      share,
      maxPacketBytes: MAX_PACKET_BYTES,
      check: packetCheck(),
      onViolation: (reason) => {
        if (reason === UNKNOWN_LEVEL) socket.write(CONNACK_UNKNOWN_LEVEL);
        troubles.cut(client.id, address, reason);
      },
      take: (packet) => this.#tryFastPath(client, session, packet),
      acknowledged: (packetId) => this.#commands.acknowledged(session, packetId),
      onBrokerDone: () => this.#closeWhenDone(client, session),
    });
    const client = broker.accept(socket);
    this.#sessions.set(client, session);
    // The broker closes at the end of input and forgets what arrived with it: CONNECT, PUBLISH and the end may be one
    // packet. So the end is told to it once everything before is done.
    socket.removeAllListeners("end");
    socket.once("close", () => {
      session.closed = true;
      share.close();
      this.#sockets.delete(socket);
      this.#connected.delete(session);
      this.#commands.ended(session);
      this.#subscriptions.ended(client);
      this.#options.registry.presence.sessionEnded(session.id, session.fellSilent);
    });
    socket.once("end", () => {
      session.ended = true;
      if (client.connected || !client.connecting) this.#closeWhenDone(client, session);
    });
  }

  /** True when the packet went the short way. */
  #tryFastPath(client: Client, session: MqttSession, packet: RawPacket): boolean {
    session.hasSpoken = true;
    if (!session.ready || this.#lane === null) return false;
    const taken = this.#lane.take(session, packet, (isAcknowledged) => {
      this.#settled(client, session);
      // Not acknowledged, and told so in the only way that MQTT 3.1.1 has: it connects again, and sends again.
      if (!isAcknowledged) session.socket.destroy();
    });
    if (taken) session.pending++;
    return taken;
  }

  #settled(client: Client | null, session: MqttSession): void {
    session.pending--;
    // The connection may have ended while the message was on its way to the disk, and spoken for its device only then.
    if (session.closed) this.#options.registry.presence.sessionEnded(session.id, false);
    else if (client !== null) this.#closeWhenDone(client, session);
  }

  #closeWhenDone(client: Client, session: MqttSession): void {
    if (!session.ended) return;
    setImmediate(() => {
      if (!session.isHeldUp) client.close();
    });
  }

  #watch(broker: Broker): void {
    const { log } = this.#options;
    broker.on("clientReady", (client) => {
      const session = this.#sessions.get(client);
      if (session === undefined || session.closed) return;
      session.ready = true;
      this.#connected.add(session);
      this.#options.troubles.connected(client.id, session.address);
      this.#closeWhenDone(client, session);
    });
    broker.on("subscribe", (subscriptions, client) => {
      const session = this.#sessions.get(client);
      if (session === undefined || session.closed) return;
      for (const { topic, qos } of subscriptions)
        if (qos <= HIGHEST_QOS) this.#commands.subscribed(session, topic, qos);
    });
    broker.on("unsubscribe", (topics, client) => {
      const session = this.#sessions.get(client);
      for (const topic of topics) if (session !== undefined) this.#commands.unsubscribed(session, topic);
    });
    broker.on("clientError", (client, error) => log.debug({ client: client.id, err: error }, "client error"));
    broker.on("connectionError", (_client, error) => log.debug({ err: error }, "connection error"));
    // An "error" that nobody hears would end the process. The broker's types do not name it.
    (broker as NodeJS.EventEmitter).on("error", (error: unknown) => log.error({ err: error }, "broker error"));
  }

  #preConnect(client: Client, packet: ConnectPacket): boolean {
    const session = this.#sessions.get(client);
    if (session === undefined) return false;
    session.idIsSound = isSoundClientId(packet.clientId, packet.protocolVersion !== 3 && packet.clean !== false);
    // Sessions end with their connection. The broker's stored ones queue without bound and break on overlapping
    // subscriptions, and a QoS 2 packet whose commit failed would be taken for stored when it is sent again.
    packet.clean = true;
    // The broker does not see every packet: the silence is watched here.
    session.keepAliveMs = (packet.keepalive ?? 0) * 1_000;
    packet.keepalive = 0;
    const { will } = packet;
    if (will !== undefined) session.share.hold("remembered", will.topic.length + will.payload.length);
    if (packet.protocolVersion === 5) this.#options.troubles.speaksMqtt5(packet.clientId, session);
    return true;
  }

  #authenticate(client: Client, password: Readonly<Buffer | undefined>): (Error & { returnCode: number }) | null {
    const { sessions, authority, troubles } = this.#options;
    const session = this.#sessions.get(client);
    if (session?.idIsSound !== true) {
      troubles.badClientId(client.id, session?.address ?? "");
      return connectRefusal("identifier rejected", IDENTIFIER_REJECTED);
    }
    const isAdmin = password !== undefined && sessions.isRunToken(password.toString(), session.address);
    if (isAdmin) session.identity = "admin";
    const isLetIn = authority.mayConnect(session.identity);
    if (!isAdmin) troubles.notKnown(client.id, session.address, password !== undefined, isLetIn);
    return isLetIn ? null : connectRefusal("not authorized", NOT_AUTHORIZED);
  }

  /** Rejects where the client must be cut off, or where no acknowledgement may leave. */
  async #authorizePublish(client: Client | null, packet: PublishPacket): Promise<void> {
    const session = client === null ? undefined : this.#sessions.get(client);
    if (session === undefined) throw new Error("a publish without a client");
    if (!this.#options.authority.mayPublish(session.identity, packet.topic)) {
      const verdict = await this.#options.troubles.forbidden(packet.topic, toBytes(packet.payload), session);
      if (verdict.kind === "deferred") throw new Error(verdict.problem.message);
      dropQuietly(packet);
      return;
    }
    if (packet.qos < 2 || this.#options.ingest.isOfBlocked(packet.topic, toBytes(packet.payload))) {
      const verdict = await this.#take(client, session, packet);
      if (verdict?.kind === "refused" && verdict.problem.code === "device-blocked") {
        dropQuietly(packet);
        return;
      }
    }
    this.#boundRetained(packet);
  }

  async #published(client: Client | null, packet: PublishPacket): Promise<void> {
    const session = client === null ? undefined : this.#sessions.get(client);
    if (packet.qos === 2 && session !== undefined) await this.#take(client, session, packet);
  }

  /** Resolves once the message is on disk; rejects, so that no acknowledgement leaves, where it is not. */
  async #take(client: Client | null, session: MqttSession, packet: PublishPacket): Promise<Verdict | null> {
    const target = parseTopic(packet.topic);
    const payload = toBytes(packet.payload);
    // An empty retained message only clears what the broker kept [MQTT-3.3.1-10].
    if (target === null || (packet.retain && payload.length === 0)) return null;
    session.pending++;
    const { address, id, share } = session;
    const message = { source: packet.topic, target, payload, address, session: id, transport: "mqtt", share } as const;
    const verdict = await this.#options.ingest.accept(message);
    this.#settled(client, session);
    if (verdict.kind === "deferred") throw new Error(verdict.problem.message);
    return verdict;
  }

  #boundRetained(packet: PublishPacket): void {
    if (!packet.retain || this.#retained.admits(packet.topic, toBytes(packet.payload).length)) return;
    packet.retain = false;
    this.#options.log.warn({ topic: packet.topic }, "not retained: too many retained messages");
  }

  #mayNotHear(client: Client, filter: string): void {
    const address = this.#sessions.get(client)?.address ?? "";
    this.#options.troubles.mayNotHear(client.id, address, filter, this.#subscriptions.isFull(client));
  }

  #identityOf(client: Client): Identity {
    return this.#sessions.get(client)?.identity ?? "anonymous";
  }
}

/** It is acknowledged, and goes to nobody: to hang up, all that MQTT 3.1.1 has, would have it sent for ever. */
function dropQuietly(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = "";
  packet.retain = false;
}

function connectRefusal(message: string, returnCode: number): Error & { returnCode: number } {
  return Object.assign(new Error(message), { returnCode });
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

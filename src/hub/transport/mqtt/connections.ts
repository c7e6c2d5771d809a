// The open MQTT connections: each has a share of the budget, a socket guard, and a ClientConnection.
// Order: the guard reads the socket; the connection sees only the checked packets that the guard passes on.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import type { Budget } from "../../access/limits/budget.ts";
import { plainAddress } from "../../access/networks.ts";
import type { OpenConnections } from "../../access/open-connections.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { MqttFastPath } from "./fast-path.ts";
import { MQTT_5 } from "./messages/packets.ts";
import { ClientConnection } from "./session/client-connection.ts";
import type { ConnectionParts } from "./session/connection-parts.ts";
import { MqttSession } from "./session.ts";
import { MAX_PACKET_BYTES, packetCheck } from "./wire/packet-check.ts";
import type { OversizedPublish } from "./wire/packet-splitter.ts";
import { guardSocket } from "./wire/socket-guard.ts";

const CONNECT_TIMEOUT_SECONDS = 10;

export interface ConnectionsOptions {
  readonly budget: Budget;
  readonly parts: ConnectionParts;
  readonly access: { readonly topics: TopicAuthority; readonly connections: OpenConnections };
  readonly onSessionEnded: (session: string, hasTimedOut: boolean) => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #sockets = new Set<Duplex>();
  readonly #connected = new Set<MqttSession>();
  /** Sessions whose CONNECT has not arrived or has no answer, with the seconds since they were opened. */
  readonly #connecting = new Map<MqttSession, number>();
  #sessionCount = 0;
  /** The most concurrent connections since the start. */
  #maxConnected = 0;
  /** Message counts of ended connections. */
  #ended = { received: 0, sent: 0 };

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Sessions whose CONNECT was accepted. */
  get connected(): ReadonlySet<MqttSession> {
    return this.#connected;
  }

  /** Whether an open connection comes from that address and port. */
  has(address: string, port: number): boolean {
    const matches = (one: Duplex) =>
      one instanceof Socket && one.remotePort === port && plainAddress(one.remoteAddress) === address;
    return [...this.#sockets].some(matches);
  }

  /** Starts MQTT on a socket; `fastPath` is offered its packets first. */
  open(socket: Duplex, address: string, fastPath: MqttFastPath): void {
    const { budget, parts, onSessionEnded } = this.#options;
    const { diagnostics, commands } = parts;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const share = budget.open({
      resume: () => {
        session.guard?.resume();
        session.closeWhenDone();
      },
      cut: (reason) => {
        diagnostics.cut(session.clientId, address, reason);
        socket.destroy();
      },
    });
    const id = `mqtt:${++this.#sessionCount}`;
    const onEnded = (hasTimedOut: boolean) => onSessionEnded(id, hasTimedOut);
    const session = new MqttSession({ id, address, socket, share, onEnded });
    session.guard = guardSocket(socket, {
      share,
      maxPacketBytes: MAX_PACKET_BYTES,
      check: packetCheck(),
      onViolation: (violation) => {
        diagnostics.cut(session.clientId, address, violation.reasonString);
        client.violated(violation);
      },
      take: (packet) => {
        session.hasSentData = true;
        return session.isConnected && fastPath.take(session, packet);
      },
      // An oversized packet that is still arriving counts as activity for the keep-alive.
      onDropping: () => {
        session.hasSentData = true;
      },
      dropped: (publish) => void this.#refuseOversized(publish, session),
      pass: (packets) => client.receive(packets),
    });
    const client = new ClientConnection(session, parts, () => this.#accepted(session));
    session.client = client;
    this.#connecting.set(session, 0);
    socket.once("end", () => session.inputEnded());
    socket.once("close", () => {
      this.#connecting.delete(session);
      this.#connected.delete(session);
      this.#ended.received += session.received.messages;
      this.#ended.sent += session.sent.messages;
      session.endTracking();
      session.closed(() => commands.ended(session));
    });
  }

  /** Current and maximum connections, and total messages. */
  get figures(): { connected: number; maximum: number; received: number; sent: number } {
    let { received, sent } = this.#ended;
    for (const session of this.#connected) {
      received += session.received.messages;
      sent += session.sent.messages;
    }
    return { connected: this.#connected.size, maximum: this.#maxConnected, received, sent };
  }

  /** To be called every second: ends connections without a CONNECT in time. */
  tick(): void {
    for (const { received, sent } of this.#connected) {
      received.tick();
      sent.tick();
    }
    for (const [session, seconds] of this.#connecting) {
      this.#connecting.set(session, seconds + 1);
      if (seconds >= CONNECT_TIMEOUT_SECONDS) session.socket.destroy();
    }
  }

  #accepted(session: MqttSession): void {
    this.#connecting.delete(session);
    if (session.isClosed) return;
    session.isConnected = true;
    this.#connected.add(session);
    const { access, parts } = this.#options;
    const { principal } = session;
    session.connectedMs = parts.clock.now();
    this.#maxConnected = Math.max(this.#maxConnected, this.#connected.size);
    session.endTracking = access.connections.add({
      principal,
      isAllowed: () => {
        // Cached rights to publish are looked up again.
        session.routes.clear();
        return access.topics.mayConnect(principal) && session.client?.isAllowed() !== false;
      },
      close: (isRevoked) => session.client?.revoked(isRevoked),
    });
    parts.diagnostics.connected(session.clientId, session.address);
    session.closeWhenDone();
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lists an oversized PUBLISH as refused, and acknowledges it, since the client would resend it for ever. */
  async #refuseOversized(publish: OversizedPublish, session: MqttSession): Promise<void> {
    // CONNECT is not answered yet, or was refused.
    if (!session.isConnected) return;
    const { qos, packetId, packetBytes } = publish;
    session.publishBegan();
    const turn = session.answers.begin();
    const isListed = await this.#options.parts.diagnostics.oversized(publish, session);
    session.answers.finish(turn, () => {
      const problem = message("too-large/dropped", { bytes: packetBytes, limit: limits.messageBytes });
      if (!isListed) session.client?.defer(message("internal/not-stored"));
      else if (qos > 0 && session.level === MQTT_5) session.client?.refuse(qos === 1 ? 1 : 2, packetId, problem);
      else if (qos > 0) session.client?.acknowledge(qos === 1 ? 1 : 2, packetId);
      session.publishSettled();
    });
  }
}

// Connections from the socket to its end: each gets a share of the budget, a guard in front of the broker, and a session.
// Order: the guard overrides the socket's `read` before the broker attaches, so that the broker reads checked packets only.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import type { Budget } from "../../access/limits/budget.ts";
import { plainAddress } from "../../access/networks.ts";
import type { OpenConnections } from "../../access/open-connections.ts";
import { nameOf, type Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { AedesBroker } from "./aedes-broker.ts";
import type { MqttCommands } from "./command-delivery.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import type { MqttFastPath } from "./fast-path.ts";
import { MqttSession } from "./session.ts";
import type { MqttSubscriptions } from "./subscriptions.ts";
import { CONNACK_UNKNOWN_LEVEL, packetCheck, UNKNOWN_LEVEL } from "./wire/packet-check.ts";
import type { OversizedPublish } from "./wire/packet-splitter.ts";
import { guardSocket } from "./wire/socket-guard.ts";

export const MAX_PACKET_BYTES = 1024 * 1024;

export interface ConnectionsOptions {
  readonly budget: Budget;
  readonly diagnostics: MqttDiagnostics;
  readonly access: { readonly topics: TopicAuthority; readonly connections: OpenConnections };
  readonly commands: MqttCommands;
  readonly subscriptions: MqttSubscriptions;
  readonly onSessionEnded: (session: string, fellSilent: boolean) => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #sessions = new WeakMap<Client, MqttSession>();
  readonly #sockets = new Set<Duplex>();
  readonly #connected = new Set<MqttSession>();
  #sessionCount = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Sessions whose CONNECT was accepted. The broker's own count drifts when many clients connect with the same id. */
  get connected(): ReadonlySet<MqttSession> {
    return this.#connected;
  }

  sessionOf(client: Client | null): MqttSession | undefined {
    return client === null ? undefined : this.#sessions.get(client);
  }

  /** Whether somebody who has shown who they are is connected with that client id, and it is not this one. */
  isTakenByOther(clientId: string, principal: Principal): boolean {
    for (const { client, principal: other } of this.#connected) {
      const isProven = other.kind === "device" || "role" in other;
      if (client?.id === clientId && isProven) return nameOf(other) !== nameOf(principal);
    }
    return false;
  }

  /** Whether an open connection comes from that address and port. */
  has(address: string, port: number): boolean {
    const matches = (one: Duplex) =>
      one instanceof Socket && one.remotePort === port && plainAddress(one.remoteAddress) === address;
    return [...this.#sockets].some(matches);
  }

  /** Counts a socket among the open ones until it closes. */
  track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Hands a socket to the broker; `fastPath` is offered its packets first. */
  open(socket: Duplex, address: string, broker: AedesBroker, fastPath: MqttFastPath): void {
    const { budget, diagnostics, commands, subscriptions, onSessionEnded } = this.#options;
    this.track(socket);
    const share = budget.open({
      resume: () => {
        session.guard?.resume();
        session.closeWhenDone();
      },
      cut: (reason) => {
        diagnostics.cut(client.id, address, reason);
        socket.destroy();
      },
    });
    const id = `mqtt:${++this.#sessionCount}`;
    const onEnded = (fellSilent: boolean) => onSessionEnded(id, fellSilent);
    const session = new MqttSession({ id, address, socket, share, onEnded });
    session.guard = guardSocket(socket, {
      share,
      maxPacketBytes: MAX_PACKET_BYTES,
      check: packetCheck(),
      onViolation: (reason) => {
        if (reason === UNKNOWN_LEVEL) socket.write(CONNACK_UNKNOWN_LEVEL);
        diagnostics.cut(client.id, address, reason);
      },
      take: (packet) => {
        session.hasSpoken = true;
        share.messageTaken();
        return session.isConnected && fastPath.take(session, packet);
      },
      // A client that is busy with one packet has not fallen silent.
      onDropping: () => {
        session.hasSpoken = true;
      },
      dropped: (publish) => void refuseOversized(publish, session, diagnostics),
      acknowledged: (packetId) => commands.acknowledged(session, packetId),
      onBrokerDone: () => session.closeWhenDone(),
    });
    const client = broker.accept(socket);
    session.client = client;
    this.#sessions.set(client, session);
    // The broker closes at the end of input and drops what arrived with it; the session closes once that is done.
    socket.removeAllListeners("end");
    socket.once("end", () => session.inputEnded());
    socket.once("close", () => {
      this.#connected.delete(session);
      session.endTracking();
      session.closed(() => {
        commands.ended(session);
        subscriptions.ended(client);
      });
    });
  }

  /** The broker accepted the client's CONNECT. */
  accepted(client: Client): void {
    const session = this.#sessions.get(client);
    if (session === undefined || session.isClosed) return;
    session.isConnected = true;
    this.#connected.add(session);
    const { diagnostics, access, subscriptions } = this.#options;
    const { principal } = session;
    session.endTracking = access.connections.add({
      principal,
      isAllowed: () => {
        // What it may publish is asked again.
        session.routes.clear();
        return access.topics.mayConnect(principal) && subscriptions.areAllowed(client, principal);
      },
      close: () => session.socket.destroy(),
    });
    diagnostics.connected(client.id, session.address);
    session.closeWhenDone();
  }

  /** Ends the connections that the broker does not know, because their CONNECT never came. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Lists a PUBLISH that is larger than is read, and acknowledges it: its client would send it again for ever. */
async function refuseOversized(
  publish: OversizedPublish,
  session: MqttSession,
  diagnostics: MqttDiagnostics,
): Promise<void> {
  // Its CONNECT has no answer yet, or a refusal.
  if (!session.isConnected) return;
  session.publishBegan();
  const isListed = await diagnostics.oversized(publish, session);
  session.publishSettled();
  if (!isListed) session.socket.destroy();
  else if (publish.qos > 0 && session.socket.writable) session.socket.write(acknowledgement(publish));
}

/** PUBACK, or the PUBREC of QoS 2 (MQTT 3.1.1, sections 3.4 and 3.5). */
function acknowledgement({ qos, packetId }: OversizedPublish): Uint8Array {
  return Uint8Array.of(qos === 1 ? 0x40 : 0x50, 2, packetId >> 8, packetId & 0xff);
}

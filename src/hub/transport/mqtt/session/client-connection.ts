// One client's connection: handles its packets from CONNECT to the end, and answers them.
// Order: CONNECT is answered before any later packet is handled; the guard passes on no more before these are settled.
// Invariant: once it has ended, the session has no connection, and the will is published unless DISCONNECT discarded it.
import type { IConnectPacket, IDisconnectPacket, Packet } from "mqtt-packet";
import type { Problem } from "../../../../shared/errors.ts";
import { message as hubMessage } from "../../../../shared/messages/message.ts";
import { render } from "../../../../shared/messages/render.ts";
import type { Outgoing, OutgoingLink } from "../messages/outgoing.ts";
import { OutgoingWriter } from "../messages/outgoing-writer.ts";
import { type ArrivedPacket, makeDecoder } from "../messages/packet-decoder.ts";
import { type Level, MQTT_5 } from "../messages/packets.ts";
import type { ConnectionSide, MqttSession } from "../session.ts";
import { isValidClientId } from "../validation.ts";
import { closeGracefully } from "../wire/closing.ts";
import type { Violation } from "../wire/violation.ts";
import {
  acceptingConnack,
  CONNECT_REFUSALS,
  connackOfViolation,
  connectFault,
  levelOf,
  type NegotiatedOptions,
  negotiate,
  refusingConnack,
} from "./connect.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { IncomingMessages } from "./incoming.ts";
import { Acknowledgements } from "./outgoing/acknowledgements.ts";
import { AnswerWriter } from "./outgoing/answer-writer.ts";
import { REASON, type Reason, refusalReason, VIOLATION_REASONS } from "./reason-codes.ts";
import type { SessionConnection, SessionState } from "./session-state.ts";
import { SubscribeHandler } from "./subscribe.ts";
import { Will, type WillMessage, willBytes, willOf } from "./will.ts";

/** The parts of a connection whose CONNECT was accepted. */
interface AcceptedConnection {
  readonly negotiated: NegotiatedOptions;
  readonly state: SessionState;
  readonly incoming: IncomingMessages;
  readonly writer: OutgoingWriter;
  readonly subscribes: SubscribeHandler;
  readonly acknowledgements: Acknowledgements;
  will: Will | null;
}

export class ClientConnection implements ConnectionSide, SessionConnection, OutgoingLink {
  readonly #session: MqttSession;
  readonly #parts: ConnectionParts;
  readonly #onAccepted: () => void;
  readonly #decode: (bytes: Buffer) => void;
  readonly #answers: AnswerWriter;
  /** Packets that arrived with the CONNECT; null once it is answered. */
  #earlyPackets: ArrivedPacket[] | null = [];
  #level: Level = 4;
  #accepted: AcceptedConnection | null = null;
  #isClosed = false;
  /** Packets of the last `receive` that are not settled. */
  #unsettled = 0;

  /** `onAccepted` is called once its CONNECT is answered. */
  constructor(session: MqttSession, parts: ConnectionParts, onAccepted: () => void) {
    this.#session = session;
    this.#parts = parts;
    this.#onAccepted = onAccepted;
    this.#answers = new AnswerWriter(session, () => this.#answerTooLarge());
    this.#decode = makeDecoder({
      level: () => this.#level,
      onPacket: (packet, raw) => {
        if (packet.cmd === "connect") this.#settleLater(this.#connect(packet, willOf(packet, raw)));
        else this.#take(packet);
      },
      onFault: (fault) => this.end(REASON.MALFORMED_PACKET, fault),
    });
    const { socket } = session;
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#detach());
  }

  /** Handles packets that passed the packet check; calls the guard's `done` once all are settled. */
  receive(packets: Buffer): void {
    this.#unsettled++;
    try {
      this.#decode(packets);
    } catch (error) {
      this.#failed(error);
    }
    this.#settled();
  }

  get receiveMaximum(): number {
    return (this.#accepted?.negotiated.receiveMaximum ?? 0) - this.#parts.commands.countInFlight(this.#session);
  }

  get sendQuota(): number {
    const accepted = this.#accepted;
    return accepted === null ? 0 : accepted.negotiated.receiveMaximum - accepted.state.outgoing.inFlightCount;
  }

  get maxPacketBytes(): number {
    return this.#accepted?.negotiated.maxPacketBytes ?? 0;
  }

  send(outgoing: Outgoing, packetId: number, isDuplicate: boolean): boolean {
    try {
      return this.#accepted?.writer.write(outgoing, packetId, isDuplicate) ?? false;
    } catch (error) {
      // One message that cannot be encoded must neither end the hub nor block the messages behind it.
      this.#parts.log.error({ err: error }, "a message could not be written");
      return false;
    }
  }

  sendRelease(packetId: number): void {
    this.#answers.write({ cmd: "pubrel", messageId: packetId, reasonCode: REASON.SUCCESS });
  }

  onTakenOver(): void {
    this.end(REASON.SESSION_TAKEN_OVER, "Another client connected with this client id.");
  }

  onSessionCut(reason: string): void {
    this.end(REASON.QUOTA_EXCEEDED, reason);
  }

  /** Ends the connection, with a Reason String in MQTT 5. */
  end(reason: Reason, text: string): void {
    if (this.#isClosed) return;
    if (this.#accepted !== null) this.#answers.disconnect(reason, text);
    this.#detach();
    if (this.#level === MQTT_5) closeGracefully(this.#session.socket);
    else this.#session.socket.destroy();
  }

  violated({ kind, reasonString, connectLevel }: Violation): void {
    const reason = VIOLATION_REASONS[kind];
    const connack = connectLevel === null ? null : connackOfViolation(connectLevel, reason, reasonString);
    if (connack !== null) this.#session.socket.write(connack);
    this.end(reason, reasonString);
  }

  close(): void {
    this.#detach();
    this.#session.socket.destroy();
  }

  acknowledged(packetId: number): void {
    try {
      this.#take({ cmd: "puback", messageId: packetId });
    } catch (error) {
      this.#failed(error);
    }
  }

  acknowledge(qos: 1 | 2, packetId: number, reason: Reason = REASON.SUCCESS): void {
    if (!this.#isClosed) this.#answers.acknowledge(qos, packetId, reason, null);
  }

  refuse(qos: 1 | 2, packetId: number, problem: Problem): void {
    if (!this.#isClosed) this.#answers.acknowledge(qos, packetId, refusalReason(problem), render(problem));
  }

  defer(problem: Problem): void {
    this.end(REASON.QUOTA_EXCEEDED, render(problem));
  }

  isAllowed(): boolean {
    const open = this.#accepted;
    return open === null || this.#parts.subscriptions.areAllowed(open.subscribes, this.#session.principal);
  }

  revoked(isRevoked: boolean): void {
    if (isRevoked && this.#accepted !== null) this.#accepted.will = null;
    this.end(REASON.NOT_AUTHORIZED, "What this client may do has changed. Let it connect again.");
  }

  get state(): SessionState | null {
    return this.#accepted?.state ?? null;
  }

  dismiss(): void {
    this.end(REASON.ADMINISTRATIVE_ACTION, "An administrator disconnected this client.");
  }

  keepAliveTimedOut(): void {
    this.end(REASON.KEEP_ALIVE_TIMEOUT, "Nothing came for one and a half times the keep-alive.");
  }

  stop(): void {
    this.end(REASON.SERVER_SHUTTING_DOWN, "The hub stops.");
  }

  #failed(error: unknown): void {
    this.#parts.log.error({ err: error }, "a packet could not be handled");
    this.end(REASON.UNSPECIFIED_ERROR, "The hub failed at a packet.");
  }

  #settleLater(work: Promise<void>): void {
    this.#unsettled++;
    work.catch((error: unknown) => this.#failed(error)).finally(() => this.#settled());
  }

  #settled(): void {
    this.#unsettled--;
    if (this.#unsettled > 0 || this.#isClosed) return;
    this.#session.guard?.done();
    this.#session.closeWhenDone();
  }

  /**
   * Runs `work` once the publishes before it are settled: they are forwarded by the earlier subscriptions. Skipped if the
   * connection has ended by then: its session may have ended, too, or belong to another connection.
   */
  #inTurn(work: () => void): void {
    const { answers } = this.#session;
    answers.finish(answers.begin(), () => {
      if (this.#isClosed) return;
      try {
        work();
      } catch (error) {
        // An error must not reach the publish that is settled before it, which calls this.
        this.#failed(error);
      }
    });
  }

  #take(packet: ArrivedPacket): void {
    if (this.#isClosed) return;
    if (this.#earlyPackets !== null) this.#earlyPackets.push(packet);
    else if (this.#accepted !== null) this.#handle(packet, this.#accepted);
  }

  async #connect(packet: IConnectPacket, will: WillMessage | null): Promise<void> {
    const { access, diagnostics } = this.#parts;
    const session = this.#session;
    this.#level = levelOf(packet);
    session.level = this.#level;
    session.clientId = packet.clientId;
    const negotiated = negotiate(packet);
    if (negotiated.maxPacketBytes > 0) this.#answers.negotiated = negotiated;
    const fault = this.#level === MQTT_5 ? connectFault(packet) : null;
    if (fault !== null) {
      this.#refuse(fault.reason, fault.reasonString);
      return;
    }
    const mayBeEmpty = this.#level === MQTT_5 || (this.#level === 4 && packet.clean !== false);
    if (!isValidClientId(packet.clientId, mayBeEmpty)) {
      diagnostics.badClientId(packet.clientId, session.address);
      this.#refuse(REASON.CLIENT_ID_NOT_VALID, render(hubMessage("bad-client-id")));
      return;
    }
    if (will !== null) session.share.hold("remembered", willBytes(will));
    try {
      const outcome = await access.mayConnect(session, packet);
      if (outcome === "granted") this.#accept(packet, negotiated, will);
      else this.#refuse(...CONNECT_REFUSALS[outcome]);
    } catch (error) {
      this.#parts.log.error({ err: error }, "a CONNECT could not be answered");
      this.#refuse(REASON.SERVER_UNAVAILABLE, "The hub cannot answer now.");
    }
  }

  #accept(packet: IConnectPacket, negotiated: NegotiatedOptions, will: WillMessage | null): void {
    if (this.#isClosed) return;
    const { sessions, makeClientId, clock } = this.#parts;
    const session = this.#session;
    const { level, isClean, requestedExpirySeconds } = negotiated;
    const assignedId = packet.clientId === "" ? makeClientId() : null;
    const clientId = assignedId ?? packet.clientId;
    const { principal, address } = session;
    const opened = sessions.open({ clientId, principal, address, isClean, expirySeconds: requestedExpirySeconds });
    if (opened === null) {
      this.#refuse(...CONNECT_REFUSALS["client-id-taken"]);
      return;
    }
    const { state, isPresent } = opened;
    session.clientId = clientId;
    session.keepAliveMs = negotiated.keepAliveSeconds * 1_000;
    state.connection = this;
    const parts = {
      ...this.#parts,
      level,
      session,
      state,
      answers: this.#answers,
      now: () => clock.now(),
      end: (reason: Reason, text: string) => this.end(reason, text),
      acknowledge: (...args: Parameters<AnswerWriter["acknowledge"]>) => {
        if (!this.#isClosed) this.#answers.acknowledge(...args);
      },
      complete: (packetId: number) => {
        if (!this.#isClosed) this.#answers.complete(packetId);
      },
    };
    this.#accepted = {
      negotiated,
      state,
      incoming: new IncomingMessages(parts),
      writer: new OutgoingWriter({ ...negotiated, now: parts.now, write: (bytes) => this.#sent(bytes) }),
      subscribes: new SubscribeHandler(parts),
      acknowledgements: new Acknowledgements(parts),
      will: will === null ? null : new Will(will, parts),
    };
    this.#write(acceptingConnack(packet, negotiated, { isPresent, expirySeconds: state.expirySeconds, assignedId }));
    if (this.#isClosed) return;
    this.#onAccepted();
    this.#accepted.subscribes.resume();
    state.outgoing.connect(this, (topic) => state.mayReceive(topic));
    const early = this.#earlyPackets ?? [];
    this.#earlyPackets = null;
    for (const packet of early) this.#take(packet);
  }

  #refuse(reason: Reason, text: string): void {
    if (this.#isClosed) return;
    this.#answers.refuse(refusingConnack(this.#level, reason), text);
    this.#detach();
    closeGracefully(this.#session.socket);
  }

  #handle(packet: ArrivedPacket, open: AcceptedConnection): void {
    switch (packet.cmd) {
      case "publish":
        this.#settleLater(open.incoming.take(packet));
        break;
      case "puback":
      case "pubrec":
      case "pubcomp":
        open.acknowledgements.take(packet);
        break;
      case "pubrel":
        this.#settleLater(open.incoming.release(packet.messageId ?? 0));
        break;
      case "subscribe":
        // Not awaited: the client acknowledges retained messages in packets that are read only after this one.
        this.#inTurn(() => {
          const sent = open.subscribes.subscribe(packet, (answer) => this.#write(answer));
          sent.catch((error: unknown) => this.#failed(error));
        });
        break;
      case "unsubscribe":
        this.#inTurn(() => this.#write(open.subscribes.unsubscribe(packet)));
        break;
      case "pingreq":
        this.#write({ cmd: "pingresp" });
        break;
      case "disconnect":
        this.#disconnected(packet, open);
        break;
      default:
        this.end(REASON.PROTOCOL_ERROR, `${packet.cmd.toUpperCase()}, which a client does not send here`);
    }
  }

  #disconnected({ reasonCode, properties }: IDisconnectPacket, open: AcceptedConnection): void {
    const expirySeconds = properties?.sessionExpiryInterval;
    if (expirySeconds !== undefined && expirySeconds > 0 && open.negotiated.requestedExpirySeconds === 0) {
      this.end(REASON.PROTOCOL_ERROR, "a session that was to end with its connection cannot be kept");
      return;
    }
    if (expirySeconds !== undefined) this.#parts.sessions.setExpiry(open.state, expirySeconds);
    // Any other reason code has the will published [MQTT-3.14.4-3].
    if (reasonCode === undefined || reasonCode === REASON.SUCCESS) open.will = null;
    this.close();
  }

  #sent(bytes: Uint8Array): void {
    this.#session.sent.messages++;
    this.#session.socket.write(bytes);
  }

  #write(packet: Packet): void {
    if (!this.#isClosed) this.#answers.write(packet);
  }

  /** An answer exceeds the client's Maximum Packet Size. */
  #answerTooLarge(): void {
    if (this.#session.isConnected) {
      this.end(REASON.PACKET_TOO_LARGE, "What the hub has to answer is larger than this client takes.");
      return;
    }
    if (this.#accepted !== null) this.#accepted.will = null;
    this.close();
  }

  #detach(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.isConnected = false;
    this.#session.guard?.stop();
    const open = this.#accepted;
    if (open === null) return;
    const { state, will, subscribes } = open;
    subscribes.ended();
    // The session may have been taken over, or have ended.
    if (state.connection === this) {
      will?.connectionEnded();
      this.#parts.sessions.disconnected(state);
    } else will?.publish();
  }
}

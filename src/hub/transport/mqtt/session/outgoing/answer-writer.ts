// Writes answers to one client: in its MQTT version, within its Maximum Packet Size, with a Reason String where requested.
// Invariant: no answer overtakes earlier acknowledgements [MQTT-4.6.0-2].
import type { IConnackPacket, IDisconnectPacket, IPubackPacket, IPubrecPacket, Packet } from "mqtt-packet";
import { encode, MQTT_5, plainAcknowledgement } from "../../messages/packets.ts";
import type { MqttSession } from "../../session.ts";
import type { NegotiatedOptions } from "../connect.ts";
import { REASON, type Reason } from "../reason-codes.ts";

type Explained = IConnackPacket | IPubackPacket | IPubrecPacket | IDisconnectPacket;

export class AnswerWriter {
  readonly #session: MqttSession;
  readonly #onTooLarge: () => void;
  /** Null before CONNECT. */
  negotiated: Pick<NegotiatedOptions, "wantsReasonStrings" | "maxPacketBytes"> | null = null;

  /** `onTooLarge` is called instead of sending an answer that exceeds the client's Maximum Packet Size [MQTT-3.1.2-24]. */
  constructor(session: MqttSession, onTooLarge: () => void) {
    this.#session = session;
    this.#onTooLarge = onTooLarge;
  }

  write(packet: Packet): void {
    const bytes = encode(packet, this.#session.level);
    if (this.#fits(bytes)) this.#send(bytes);
    else this.#onTooLarge();
  }

  /** CONNACK of a client that may not connect. */
  refuse(connack: IConnackPacket, reasonString: string): void {
    if (this.#session.level === MQTT_5) this.#explain(connack, reasonString);
    else this.write(connack);
  }

  /** PUBACK or PUBREC; `reasonString` is null on success. */
  acknowledge(qos: 1 | 2, messageId: number, reasonCode: Reason, reasonString: string | null): void {
    const cmd = qos === 1 ? "puback" : "pubrec";
    if (reasonString === null || this.negotiated?.wantsReasonStrings !== true)
      this.#send(plainAcknowledgement(cmd, messageId, reasonCode));
    else this.#explain({ cmd, messageId, reasonCode }, reasonString);
  }

  /**
   * PUBCOMP: the message has been released, now or before: one that sends PUBREL again has had no answer. MQTT.js would take
   * 0x92 (Packet Identifier not found) for a message that was not published.
   */
  complete(messageId: number): void {
    this.#send(plainAcknowledgement("pubcomp", messageId, REASON.SUCCESS));
  }

  /** DISCONNECT; MQTT 3 servers have no such packet. */
  disconnect(reasonCode: Reason, reasonString: string): void {
    if (this.#session.level === MQTT_5) this.#explain({ cmd: "disconnect", reasonCode }, reasonString);
  }

  /** With the Reason String where the packet has room for it [MQTT-3.2.2-19, MQTT-3.4.2-2]. */
  #explain(packet: Explained, reasonString: string): void {
    const { level } = this.#session;
    const explained = encode({ ...packet, properties: { reasonString } }, level);
    const bytes = this.#fits(explained) ? explained : encode(packet, level);
    if (this.#fits(bytes)) this.#send(bytes);
  }

  #fits({ length }: Uint8Array): boolean {
    return this.negotiated === null || length <= this.negotiated.maxPacketBytes;
  }

  #send(bytes: Uint8Array): void {
    const { socket } = this.#session;
    this.#session.flushAcknowledged();
    if (socket.writable) socket.write(bytes);
  }
}

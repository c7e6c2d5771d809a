// Writes answers to one client: in its MQTT version, within its Maximum Packet Size, with a Reason String where requested.
// Invariant: no answer overtakes earlier acknowledgements [MQTT-4.6.0-2].
import type { IDisconnectPacket, IPubackPacket, IPubrecPacket, Packet } from "mqtt-packet";
import { encode, MQTT_5, plainAcknowledgement } from "../../messages/packets.ts";
import type { MqttSession } from "../../session.ts";
import type { NegotiatedOptions } from "../connect.ts";
import { REASON, type Reason } from "../reason-codes.ts";

type Explained = IPubackPacket | IPubrecPacket | IDisconnectPacket;

export class AnswerWriter {
  readonly #session: MqttSession;
  readonly #onTooLarge: () => void;
  /** Null before CONNECT is accepted. */
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

  /** PUBACK or PUBREC; `reasonString` is null on success. */
  acknowledge(qos: 1 | 2, messageId: number, reasonCode: Reason, reasonString: string | null): void {
    const cmd = qos === 1 ? "puback" : "pubrec";
    if (reasonCode === REASON.SUCCESS) this.#send(plainAcknowledgement(cmd, messageId));
    else
      this.#explain({ cmd, messageId, reasonCode }, this.negotiated?.wantsReasonStrings === true ? reasonString : null);
  }

  /** PUBCOMP, the answer to PUBREL. */
  complete(messageId: number, isKnown: boolean): void {
    if (isKnown || this.#session.level !== MQTT_5) this.#send(plainAcknowledgement("pubcomp", messageId));
    else this.write({ cmd: "pubcomp", messageId, reasonCode: REASON.PACKET_ID_NOT_FOUND });
  }

  /** DISCONNECT; MQTT 3 servers have no such packet. */
  disconnect(reasonCode: Reason, reasonString: string): void {
    if (this.#session.level === MQTT_5) this.#explain({ cmd: "disconnect", reasonCode }, reasonString);
  }

  /** Without the Reason String where that exceeds the client's Maximum Packet Size [MQTT-3.4.2-2]. */
  #explain(packet: Explained, reasonString: string | null): void {
    const { level } = this.#session;
    const explained = reasonString === null ? null : encode({ ...packet, properties: { reasonString } }, level);
    const bytes = explained !== null && this.#fits(explained) ? explained : encode(packet, level);
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

// Writes answers to one client: in its version of MQTT, no larger than it takes, with words where it wants them.
// Invariant: none overtakes acknowledgements that were there before it [MQTT-4.6.0-2].
import type { IDisconnectPacket, IPubackPacket, IPubrecPacket, Packet } from "mqtt-packet";
import { encode, MQTT_5, plainAcknowledgement } from "../../messages/packets.ts";
import type { MqttSession } from "../../session.ts";
import type { Agreed } from "../connect.ts";
import { REASON, type Reason } from "../reason-codes.ts";

type Explained = IPubackPacket | IPubrecPacket | IDisconnectPacket;

export class AnswerWriter {
  readonly #session: MqttSession;
  readonly #onTooLarge: () => void;
  /** Null before CONNECT is accepted. */
  agreed: Pick<Agreed, "wantsReasons" | "maxPacketBytes"> | null = null;

  /** `onTooLarge` is called where an answer is larger than the client takes, in its place [MQTT-3.1.2-24]. */
  constructor(session: MqttSession, onTooLarge: () => void) {
    this.#session = session;
    this.#onTooLarge = onTooLarge;
  }

  write(packet: Packet): void {
    const bytes = encode(packet, this.#session.level);
    if (this.#fits(bytes)) this.#send(bytes);
    else this.#onTooLarge();
  }

  /** Acknowledges a message; `words` are for the client, null where nothing is wrong or it need not be said. */
  acknowledge(qos: 1 | 2, messageId: number, reasonCode: Reason, words: string | null): void {
    const cmd = qos === 1 ? "puback" : "pubrec";
    if (reasonCode === REASON.SUCCESS) this.#send(plainAcknowledgement(cmd, messageId));
    else this.#explain({ cmd, messageId, reasonCode }, this.agreed?.wantsReasons === true ? words : null);
  }

  /** PUBCOMP: the message has been released. */
  complete(messageId: number, isKnown: boolean): void {
    if (isKnown || this.#session.level !== MQTT_5) this.#send(plainAcknowledgement("pubcomp", messageId));
    else this.write({ cmd: "pubcomp", messageId, reasonCode: REASON.PACKET_ID_NOT_FOUND });
  }

  /** Before the connection ends; older versions have no words for it. */
  disconnect(reasonCode: Reason, words: string): void {
    if (this.#session.level === MQTT_5) this.#explain({ cmd: "disconnect", reasonCode }, words);
  }

  /** With words where there is room for them [MQTT-3.4.2-2]. */
  #explain(packet: Explained, words: string | null): void {
    const { level } = this.#session;
    const explained = words === null ? null : encode({ ...packet, properties: { reasonString: words } }, level);
    const bytes = explained !== null && this.#fits(explained) ? explained : encode(packet, level);
    if (this.#fits(bytes)) this.#send(bytes);
  }

  #fits({ length }: Uint8Array): boolean {
    return this.agreed === null || length <= this.agreed.maxPacketBytes;
  }

  #send(bytes: Uint8Array): void {
    const { socket } = this.#session;
    this.#session.flushAcknowledged();
    if (socket.writable) socket.write(bytes);
  }
}

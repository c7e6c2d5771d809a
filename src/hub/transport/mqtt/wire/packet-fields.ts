// Reads the fields of an MQTT packet one after another, and keeps the first fault. What is read after one is empty, so that
// a reader checks it once, at the end.
import type { RawPacket } from "./packet-splitter.ts";
import { HAS_CONTROL_CHARACTER, textFault, topicFault } from "./utf8-fields.ts";

export class PacketFields {
  readonly #packet: RawPacket;
  readonly #name: string;
  #at: number;
  #fault: string | null = null;

  /** `name` is that of the packet, which a fault begins with. */
  constructor(packet: RawPacket, name: string) {
    this.#packet = packet;
    this.#name = name;
    this.#at = packet.start;
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** Something is left to be read. */
  get goesOn(): boolean {
    return this.#fault === null && this.#at < this.#packet.end;
  }

  /** Where `holds` is false, `otherwise` is the fault. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.#fault ??= `${this.#name} ${otherwise}`;
  }

  uint8(): number {
    const at = this.#take(1);
    return at === null ? 0 : this.#packet.bytes.readUInt8(at);
  }

  packetId(): void {
    this.expect(this.#uint16() > 0, "with packet id 0");
  }

  keepAlive(): void {
    this.#take(2);
  }

  /** Bytes of any kind. */
  binary(): void {
    this.#take(this.#uint16());
  }

  text(what: string): string {
    return this.#string(what, textFault);
  }

  /** One with control characters is refused in CONNACK, which says why. */
  clientId(): void {
    this.#string("client id", (...where) => {
      const fault = textFault(...where);
      return fault === HAS_CONTROL_CHARACTER ? null : fault;
    });
  }

  topic(what: string): void {
    this.#string(what, topicFault);
  }

  /** The first fault, which may be that something is left. */
  end(): string | null {
    this.expect(this.#at === this.#packet.end, "with bytes left over");
    return this.#fault;
  }

  #uint16(): number {
    const at = this.#take(2);
    return at === null ? 0 : this.#packet.bytes.readUInt16BE(at);
  }

  #string(what: string, faultOf: typeof textFault): string {
    const { bytes } = this.#packet;
    const length = this.#uint16();
    const start = this.#take(length);
    if (start === null) return "";
    const fault = faultOf(bytes, start, start + length);
    this.expect(fault === null, `whose ${what} ${fault}`);
    return bytes.toString("utf8", start, start + length);
  }

  /** Where `length` bytes begin; null after a fault, which may be that there are not so many. */
  #take(length: number): number | null {
    const start = this.#at;
    this.expect(start + length <= this.#packet.end, "that ends too early");
    if (this.#fault !== null) return null;
    this.#at += length;
    return start;
  }
}

// Reads the fields of an MQTT packet in order and records the first fault. Reads after a fault return empty values, so that
// the caller checks once, at the end.
import { assertNever } from "../../../../shared/errors.ts";
import type { RawPacket } from "./packet-splitter.ts";
import { ALLOWED_PROPERTIES, PROPERTY, PROPERTY_TYPES, type PropertyType } from "./properties.ts";
import { freeTextFault, TOPIC_TOO_LONG, textFault, topicFault } from "./utf8-fields.ts";
import { type Violation, type ViolationKind, violation } from "./violation.ts";

/** In one packet: 200,000 fit, and they are checked before the client is authenticated. */
const MAX_USER_PROPERTIES = 5_000;

export class PacketFields {
  readonly #packet: RawPacket;
  readonly #name: string;
  #at: number;
  /** The end of the packet; of the property block while that is read. */
  #end: number;
  #fault: Violation | null = null;

  /** `name` of the packet type, which begins the text of a fault. */
  constructor(packet: RawPacket, name: string) {
    this.#packet = packet;
    this.#name = name;
    this.#at = packet.start;
    this.#end = packet.end;
  }

  get fault(): Violation | null {
    return this.#fault;
  }

  /** There is no fault, and something is left to read. */
  get hasMore(): boolean {
    return this.#fault === null && this.#at < this.#end;
  }

  /** Where `holds` is false, `otherwise` is the fault. */
  expect(holds: boolean, otherwise: string, kind: ViolationKind = "malformed"): void {
    if (!holds) this.#fail(otherwise, kind);
  }

  #fail(fault: string, kind: ViolationKind = "malformed"): void {
    this.#fault ??= violation(kind, `${this.#name} ${fault}`);
  }

  uint8(): number {
    const at = this.#take(1);
    return at === null ? 0 : this.#packet.bytes.readUInt8(at);
  }

  packetId(): void {
    this.expect(this.#uint16() > 0, "with packet id 0", "protocol-error");
  }

  keepAlive(): void {
    this.#take(2);
  }

  /** Binary Data (section 1.5.6). */
  binary(): void {
    this.#take(this.#uint16());
  }

  text(what: string): string {
    return this.#string(what, textFault);
  }

  /** Control characters pass here: CONNACK refuses them with a reason. */
  clientId(): void {
    this.#string("client id", freeTextFault);
  }

  topic(what: string): void {
    this.#string(what, topicFault);
  }

  /** The property block of MQTT 5: each is allowed, and there once [MQTT-2.2.2-2]. */
  properties(allowed: ReadonlySet<number>): void {
    const length = this.#varint();
    const packetEnd = this.#end;
    this.expect(this.#at + length <= packetEnd, "that ends too early");
    this.#end = Math.min(this.#at + length, packetEnd);
    const seen = new Set<number>();
    let userProperties = 0;
    while (this.hasMore) {
      const id = this.uint8();
      if (id === PROPERTY.USER_PROPERTY) {
        if (++userProperties > MAX_USER_PROPERTIES)
          this.#fail(`with over ${MAX_USER_PROPERTIES} user properties`, "not-accepted");
      } else if (seen.has(id)) this.#fail(`with property ${id} twice`, "protocol-error");
      else seen.add(id);
      this.#property(PROPERTY_TYPES.get(id));
      // There may be thousands: no text is made of what is sound.
      if (!allowed.has(id)) this.#fail(`with property ${id}, which it may not have`, kindOf(id, allowed));
    }
    this.#end = packetEnd;
  }

  #property(type: PropertyType | undefined): void {
    switch (type) {
      case "byte":
        this.expect(this.uint8() <= 1, "with a property that is neither 0 nor 1", "protocol-error");
        break;
      case "uint16":
        this.#take(2);
        break;
      case "uint32":
        this.#take(4);
        break;
      case "varint":
        this.expect(this.#varint() > 0, "with a subscription identifier of 0", "protocol-error");
        break;
      case "text":
        this.text("property");
        break;
      case "topic":
        this.#string("response topic", topicFault, "protocol-error");
        break;
      case "binary":
        this.binary();
        break;
      case "pair":
        this.#skipString("user property", freeTextFault);
        this.#skipString("user property", freeTextFault);
        break;
      case undefined:
        break;
      default:
        assertNever(type);
    }
  }

  /** A Variable Byte Integer, in as few bytes as possible [MQTT-1.5.5-1]. */
  #varint(): number {
    let value = 0;
    for (let index = 0; index < 4; index++) {
      const byte = this.uint8();
      value += (byte & 127) * 128 ** index;
      if (byte > 127) continue;
      this.expect(byte > 0 || index === 0, "with a number in more bytes than it needs");
      return value;
    }
    this.expect(false, "with a number of over 4 bytes");
    return 0;
  }

  /** The first fault; bytes that are left are one. */
  end(): Violation | null {
    this.expect(this.#at === this.#end, "with bytes left over");
    return this.#fault;
  }

  #uint16(): number {
    const at = this.#take(2);
    return at === null ? 0 : this.#packet.bytes.readUInt16BE(at);
  }

  #string(what: string, faultOf: typeof textFault, kind: ViolationKind = "malformed"): string {
    const start = this.#skipString(what, faultOf, kind);
    return start === null ? "" : this.#packet.bytes.toString("utf8", start, this.#at);
  }

  /** Where its text begins, which ends where the next field begins; null after a fault. */
  #skipString(what: string, faultOf: typeof textFault, kind: ViolationKind = "malformed"): number | null {
    const length = this.#uint16();
    const start = this.#take(length);
    if (start === null) return null;
    const fault = faultOf(this.#packet.bytes, start, start + length);
    if (fault !== null) this.#fail(`whose ${what} ${fault}`, fault === TOPIC_TOO_LONG ? "topic-not-accepted" : kind);
    return start;
  }

  /** The offset of `length` bytes, which are skipped; null after a fault, such as too few bytes. */
  #take(length: number): number | null {
    const start = this.#at;
    this.expect(start + length <= this.#end, "that ends too early");
    if (this.#fault !== null) return null;
    this.#at += length;
    return start;
  }
}

/** The kind of fault where a property is not allowed: a Subscription Identifier is valid in PUBLISH, from a server alone. */
function kindOf(id: number, allowed: ReadonlySet<number>): ViolationKind {
  const isServers = id === PROPERTY.SUBSCRIPTION_ID && allowed === ALLOWED_PROPERTIES.publish;
  return isServers ? "protocol-error" : "malformed";
}

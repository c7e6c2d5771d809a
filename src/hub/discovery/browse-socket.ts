// The socket that bonjour-service browses with: multicast-dns takes any object with a dgram socket's methods, and this
// one stands on an `MdnsLink` that is already open. So a bind that fails rejects at `open()`, a send that fails reaches
// `onError` (multicast-dns drops it), and each interface has its own socket.
//
// Any host on the link may send any packet, and bonjour-service compares every PTR of a packet with every other record, in
// one event of the hub's main thread. So only responses for our service type pass, at a bounded rate.
import { EventEmitter } from "node:events";
import { MDNS_PORT, type MdnsLink, type Sender } from "./multicast-socket.ts";
import { countRecords, HEADER_BYTES } from "./record-count.ts";

/** QR, the third byte's highest bit: set in responses. */
const RESPONSE_BIT = 0x80;
/** A hub's announcement has ten. */
const MAX_RECORDS_PER_PACKET = 100;
const MAX_RECORDS_PER_BROWSE = 2_000;

export class BrowseSocket extends EventEmitter {
  readonly #link: MdnsLink;
  /** The first label of the service type, as it stands in a packet, in lower case. */
  readonly #label: string;
  #records = 0;

  /** `type` is the service's name without its underscore, such as `bramble`. */
  constructor(link: MdnsLink, type: string) {
    super();
    this.#link = link;
    this.#label = `${String.fromCharCode(type.length + 1)}_${type}`;
  }

  /** Hands a packet from the link to multicast-dns, which decodes it. */
  receive(bytes: Buffer, sender: Sender): void {
    if (!this.#isAnswer(bytes, sender)) return;
    const records = countRecords(bytes);
    if (records > MAX_RECORDS_PER_PACKET || this.#records + records > MAX_RECORDS_PER_BROWSE) return;
    this.#records += records;
    try {
      this.emit("message", bytes, sender);
    } catch {
      // The library does not validate packets; one on which it throws is no answer.
    }
  }

  /** Sends to the link's group, which is the only destination that browsing has. */
  send(
    bytes: Buffer,
    offset: number,
    length: number,
    _port: number,
    _address: string,
    done: (error: Error | null) => void,
  ): void {
    void this.#link.send(bytes.subarray(offset, offset + length)).then(() => done(null));
  }

  close(done: () => void): void {
    this.#link.close();
    done();
  }

  /** Responses come from port 5353, or are ignored (RFC 6762, section 6). */
  #isAnswer(bytes: Buffer, { port }: Sender): boolean {
    if (port !== MDNS_PORT || bytes.length < HEADER_BYTES || (bytes.readUInt8(2) & RESPONSE_BIT) === 0) return false;
    return bytes.toString("latin1").toLowerCase().includes(this.#label);
  }
}

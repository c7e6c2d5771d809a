// The part of dns-packet that is used here. Its published types lack the ANY question and the cache-flush bit.
declare module "dns-packet" {
  export interface Question {
    readonly name: string;
    /** `ANY` asks for every type. */
    readonly type: string;
  }

  export interface DnsRecord {
    readonly name: string;
    readonly type: string;
    /** Seconds; 0 is a goodbye. */
    readonly ttl: number;
    /** The cache-flush bit (RFC 6762, section 10.2): the record replaces cached ones. */
    readonly flush: boolean;
    /** By type: text (A, AAAA, PTR), `{ port, target }` (SRV), a list of buffers (TXT). */
    readonly data: unknown;
  }

  export interface Packet {
    readonly type: "query" | "response";
    readonly id?: number;
    readonly flags?: number;
    readonly questions?: Question[];
    readonly answers?: DnsRecord[];
    readonly authorities?: DnsRecord[];
    readonly additionals?: DnsRecord[];
  }

  export const AUTHORITATIVE_ANSWER: number;
  export function encode(packet: Packet): Buffer;
  /** Throws when the bytes are no DNS packet. */
  export function decode(bytes: Buffer): Required<Packet>;
}

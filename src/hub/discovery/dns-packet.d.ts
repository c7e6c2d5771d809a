// The part of dns-packet that is used here. Its own types know neither questions for any type nor classes with a flag.
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
    /** Its sender alone speaks for the name: it replaces what was known. */
    readonly flush: boolean;
    /** As its type has it: text, `{ port, target }`, a list of buffers. */
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
  /** Throws where the bytes are no packet. */
  export function decode(bytes: Buffer): Required<Packet>;
}

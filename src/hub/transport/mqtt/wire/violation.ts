// What a client sent that MQTT forbids: its connection ends for it [MQTT-4.8.0-1], and since MQTT 5 it is told why (section 4.13).

/** `malformed` cannot be read as a packet; a `protocol-error` can, but may not be sent, or not now. */
export type ViolationKind = "malformed" | "protocol-error" | "too-large" | "unknown-level";

export interface Violation {
  readonly kind: ViolationKind;
  /** For people, without a full stop. */
  readonly reasonString: string;
  /** Of a CONNECT: the version of MQTT that it names, 0 where it comes to none. Null of every other packet. */
  readonly connectLevel: number | null;
}

export function violation(kind: ViolationKind, reasonString: string, connectLevel: number | null = null): Violation {
  return { kind, reasonString, connectLevel };
}

/** Of a packet that cannot be read. */
export function malformed(reasonString: string): Violation {
  return violation("malformed", reasonString);
}

// A violation of the protocol ends the connection [MQTT-4.8.0-1]; an MQTT 5 client gets the reason (section 4.13).

/**
 * `malformed`: cannot be parsed; `protocol-error`: can be parsed, and is not allowed, or not now; `not-accepted` and
 * `topic-not-accepted`: valid, and beyond what this hub takes.
 */
export type ViolationKind =
  | "malformed"
  | "protocol-error"
  | "too-large"
  | "not-accepted"
  | "topic-not-accepted"
  | "unknown-level";

export interface Violation {
  readonly kind: ViolationKind;
  /** For people, without a full stop. */
  readonly reasonString: string;
  /** For a CONNECT its protocol level, 0 where it has none; null for other packets. */
  readonly connectLevel: number | null;
}

export function violation(kind: ViolationKind, reasonString: string, connectLevel: number | null = null): Violation {
  return { kind, reasonString, connectLevel };
}

/** The violation of a packet that cannot be parsed. */
export function malformed(reasonString: string): Violation {
  return violation("malformed", reasonString);
}

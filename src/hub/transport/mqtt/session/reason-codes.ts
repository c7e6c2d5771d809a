// Reason codes of MQTT 5 (section 2.4), and the hub's errors mapped to them.
import { errorOf, errorStatus, type Problem } from "../../../../shared/errors.ts";
import type { ViolationKind } from "../wire/violation.ts";

export const REASON = {
  SUCCESS: 0x00,
  DISCONNECT_WITH_WILL: 0x04,
  NO_MATCHING_SUBSCRIBERS: 0x10,
  NO_SUBSCRIPTION_EXISTED: 0x11,
  UNSPECIFIED_ERROR: 0x80,
  MALFORMED_PACKET: 0x81,
  PROTOCOL_ERROR: 0x82,
  IMPLEMENTATION_SPECIFIC_ERROR: 0x83,
  UNSUPPORTED_PROTOCOL_VERSION: 0x84,
  CLIENT_ID_NOT_VALID: 0x85,
  BAD_USER_NAME_OR_PASSWORD: 0x86,
  NOT_AUTHORIZED: 0x87,
  SERVER_UNAVAILABLE: 0x88,
  SERVER_SHUTTING_DOWN: 0x8b,
  BAD_AUTHENTICATION_METHOD: 0x8c,
  KEEP_ALIVE_TIMEOUT: 0x8d,
  SESSION_TAKEN_OVER: 0x8e,
  TOPIC_FILTER_INVALID: 0x8f,
  TOPIC_NAME_INVALID: 0x90,
  PACKET_ID_NOT_FOUND: 0x92,
  RECEIVE_MAXIMUM_EXCEEDED: 0x93,
  TOPIC_ALIAS_INVALID: 0x94,
  PACKET_TOO_LARGE: 0x95,
  QUOTA_EXCEEDED: 0x97,
  ADMINISTRATIVE_ACTION: 0x98,
  PAYLOAD_FORMAT_INVALID: 0x99,
} as const;

export type Reason = (typeof REASON)[keyof typeof REASON];

/** For the DISCONNECT or CONNACK after a violation (section 4.13). */
export const VIOLATION_REASONS: Readonly<Record<ViolationKind, Reason>> = {
  malformed: REASON.MALFORMED_PACKET,
  "protocol-error": REASON.PROTOCOL_ERROR,
  "too-large": REASON.PACKET_TOO_LARGE,
  "not-accepted": REASON.IMPLEMENTATION_SPECIFIC_ERROR,
  "topic-not-accepted": REASON.TOPIC_NAME_INVALID,
  "unknown-level": REASON.UNSUPPORTED_PROTOCOL_VERSION,
};

/** This code and higher ones are failures. */
export const FIRST_FAILURE = 0x80;

/** For the PUBACK or PUBREC of a refused message (sections 3.4.2.1 and 3.5.2.1). */
export function refusalReason(problem: Problem): Reason {
  const code = errorOf(problem);
  if (code.startsWith("too-many-")) return REASON.QUOTA_EXCEEDED;
  switch (errorStatus[code]) {
    case 400:
      return REASON.PAYLOAD_FORMAT_INVALID;
    case 401:
    case 403:
      return REASON.NOT_AUTHORIZED;
    case 413:
    case 429:
    case 503:
      return REASON.QUOTA_EXCEEDED;
    default:
      return REASON.IMPLEMENTATION_SPECIFIC_ERROR;
  }
}

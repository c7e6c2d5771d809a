// CONNECT and CONNACK: faults of a CONNECT, and the options that client and hub agree on (MQTT 5, sections 3.1 and 3.2).
import type { IConnackPacket, IConnectPacket } from "mqtt-packet";
import type { ConnectOutcome } from "../access-hooks.ts";
import { encode, type Level, MQTT_5 } from "../messages/packets.ts";
import { MAX_TOPIC_ALIASES } from "../messages/topic-aliases.ts";
import { MAX_PACKET_BYTES } from "../wire/packet-check.ts";
import { RECEIVE_MAXIMUM } from "./incoming.ts";
import { REASON, type Reason } from "./reason-codes.ts";
import { MAX_SESSION_SECONDS } from "./sessions.ts";

/** The hub's limit on keep-alive in MQTT 5: a lost device is noticed after one and a half times this. */
const MAX_KEEP_ALIVE_SECONDS = 60;
const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/** The CONNACK of a client that may not connect. */
export const CONNECT_REFUSALS: Readonly<Record<Exclude<ConnectOutcome, "granted">, readonly [Reason, string]>> = {
  "wrong-key": [REASON.BAD_USER_NAME_OR_PASSWORD, "That is no key of this hub, or not one of this user name."],
  "client-id-taken": [REASON.NOT_AUTHORIZED, "A client with a key of its own has this client id."],
  forbidden: [REASON.NOT_AUTHORIZED, "This hub takes such a client with a valid key alone."],
};

export interface ConnectFault {
  readonly reason: Reason;
  readonly reasonString: string;
}

/** The options of a connection: what CONNECT requested, within the hub's limits. */
export interface NegotiatedOptions {
  readonly level: Level;
  readonly isClean: boolean;
  readonly keepAliveSeconds: number;
  readonly requestedExpirySeconds: number;
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  /** Request Problem Information: Reason Strings are allowed on all packets. */
  readonly wantsReasonStrings: boolean;
}

export function levelOf({ protocolVersion }: IConnectPacket): Level {
  return protocolVersion ?? 4;
}

/** Faults other than credentials; null where there are none. */
export function connectFault({ properties = {} }: IConnectPacket): ConnectFault | null {
  if (properties.authenticationMethod !== undefined)
    return {
      reason: REASON.BAD_AUTHENTICATION_METHOD,
      reasonString:
        "This hub has no authentication methods (AUTH). Connect with a user name and a password, or without.",
    };
  if (properties.authenticationData !== undefined)
    return { reason: REASON.PROTOCOL_ERROR, reasonString: "Authentication data belong to an authentication method." };
  if (properties.receiveMaximum === 0 || properties.maximumPacketSize === 0)
    return {
      reason: REASON.PROTOCOL_ERROR,
      reasonString: "A Receive Maximum or Maximum Packet Size of 0 takes nothing.",
    };
  return null;
}

export function negotiate(packet: IConnectPacket): NegotiatedOptions {
  const level = levelOf(packet);
  const { properties = {}, clean = true, keepalive = 0 } = packet;
  if (level !== MQTT_5)
    return {
      level,
      isClean: clean,
      keepAliveSeconds: keepalive,
      requestedExpirySeconds: clean ? 0 : MAX_SESSION_SECONDS,
      receiveMaximum: DEFAULT_RECEIVE_MAXIMUM,
      maxPacketBytes: Number.POSITIVE_INFINITY,
      topicAliasMaximum: 0,
      wantsReasonStrings: false,
    };
  return {
    level,
    isClean: clean,
    keepAliveSeconds: keepalive === 0 ? MAX_KEEP_ALIVE_SECONDS : Math.min(keepalive, MAX_KEEP_ALIVE_SECONDS),
    requestedExpirySeconds: properties.sessionExpiryInterval ?? 0,
    receiveMaximum: properties.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM,
    maxPacketBytes: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    topicAliasMaximum: properties.topicAliasMaximum ?? 0,
    wantsReasonStrings: properties.requestProblemInformation !== false,
  };
}

/** `assignedId` is the Assigned Client Identifier; null where the client has an id. */
export function acceptingConnack(
  { keepalive = 0 }: IConnectPacket,
  negotiated: NegotiatedOptions,
  session: { readonly isPresent: boolean; readonly expirySeconds: number; readonly assignedId: string | null },
): IConnackPacket {
  const { isPresent, expirySeconds, assignedId } = session;
  // MQTT 3.1 has no Session Present flag.
  const sessionPresent = isPresent && negotiated.level > 3;
  const connack = { cmd: "connack", sessionPresent, returnCode: 0, reasonCode: REASON.SUCCESS } as const;
  if (negotiated.level !== MQTT_5) return connack;
  return {
    ...connack,
    properties: {
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: MAX_PACKET_BYTES,
      topicAliasMaximum: MAX_TOPIC_ALIASES,
      ...(negotiated.keepAliveSeconds !== keepalive && { serverKeepAlive: negotiated.keepAliveSeconds }),
      ...(assignedId !== null && { assignedClientIdentifier: assignedId }),
      ...(expirySeconds !== negotiated.requestedExpirySeconds && { sessionExpiryInterval: expirySeconds }),
    },
  };
}

const CONNACK = { cmd: "connack", sessionPresent: false } as const;

/** In MQTT 3 the reason becomes a return code. */
export function refusingConnack(level: Level, reason: Reason): IConnackPacket {
  if (level === MQTT_5) return { ...CONNACK, reasonCode: reason };
  return { ...CONNACK, returnCode: RETURN_CODES.get(reason) ?? SERVER_UNAVAILABLE };
}

/** The return codes of MQTT 3.1.1 (section 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;
const RETURN_CODES: ReadonlyMap<Reason, number> = new Map<Reason, number>([
  [REASON.CLIENT_ID_NOT_VALID, 2],
  [REASON.BAD_USER_NAME_OR_PASSWORD, 5],
  [REASON.NOT_AUTHORIZED, 5],
]);

/** Unacceptable protocol version [MQTT-3.1.2-2]. */
const UNACCEPTABLE_VERSION = 1;

/** The CONNACK for a CONNECT that violates the protocol, in its version or the nearest; null where that has none. */
export function connackOfViolation(level: number, reasonCode: Reason, reasonString: string): Buffer | null {
  const isUnknown = reasonCode === REASON.UNSUPPORTED_PROTOCOL_VERSION;
  if (level >= MQTT_5)
    return encode({ ...CONNACK, reasonCode, ...(!isUnknown && { properties: { reasonString } }) }, MQTT_5);
  return isUnknown ? encode({ ...CONNACK, returnCode: UNACCEPTABLE_VERSION }, 4) : null;
}

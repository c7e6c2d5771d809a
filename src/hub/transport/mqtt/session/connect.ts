// CONNECT and its answer: what is wrong with it, what the client takes and what it is told (MQTT 5, sections 3.1 and 3.2).
import type { IConnackPacket, IConnectPacket } from "mqtt-packet";
import type { ConnectOutcome } from "../access-hooks.ts";
import { encode, type Level, MQTT_5 } from "../messages/packets.ts";
import { MAX_TOPIC_ALIASES } from "../messages/topic-aliases.ts";
import { MAX_PACKET_BYTES } from "../wire/packet-check.ts";
import { RECEIVE_MAXIMUM } from "./incoming.ts";
import { REASON, type Reason } from "./reason-codes.ts";
import { MAX_SESSION_SECONDS } from "./sessions.ts";

/** What a device that has gone is missed after, one and a half times. */
const MAX_KEEP_ALIVE_SECONDS = 60;
const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/** Why a client is not let in that may not connect. */
export const CONNECT_REFUSALS: Readonly<Record<Exclude<ConnectOutcome, "granted">, readonly [Reason, string]>> = {
  "wrong-key": [REASON.BAD_USER_NAME_OR_PASSWORD, "That is no key of this hub, or not one of this user name."],
  "client-id-taken": [REASON.NOT_AUTHORIZED, "A client with a key of its own has this client id."],
  forbidden: [REASON.NOT_AUTHORIZED, "This hub takes such a client with a valid key alone."],
};

export interface ConnectFault {
  readonly reason: Reason;
  readonly reasonString: string;
}

/** What a client asked for, and gets. */
export interface Agreed {
  readonly level: Level;
  readonly isClean: boolean;
  readonly keepAliveSeconds: number;
  readonly askedExpirySeconds: number;
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  /** It wants Reason Strings on all packets. */
  readonly wantsReasons: boolean;
}

export function levelOf({ protocolVersion }: IConnectPacket): Level {
  return protocolVersion ?? 4;
}

/** Null where nothing is wrong with it but who its client may be. */
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

export function agree(packet: IConnectPacket): Agreed {
  const level = levelOf(packet);
  const { properties = {}, clean = true, keepalive = 0 } = packet;
  if (level !== MQTT_5)
    return {
      level,
      isClean: clean,
      keepAliveSeconds: keepalive,
      askedExpirySeconds: clean ? 0 : MAX_SESSION_SECONDS,
      receiveMaximum: DEFAULT_RECEIVE_MAXIMUM,
      maxPacketBytes: Number.POSITIVE_INFINITY,
      topicAliasMaximum: 0,
      wantsReasons: false,
    };
  return {
    level,
    isClean: clean,
    keepAliveSeconds: keepalive === 0 ? MAX_KEEP_ALIVE_SECONDS : Math.min(keepalive, MAX_KEEP_ALIVE_SECONDS),
    askedExpirySeconds: properties.sessionExpiryInterval ?? 0,
    receiveMaximum: properties.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM,
    maxPacketBytes: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    topicAliasMaximum: properties.topicAliasMaximum ?? 0,
    wantsReasons: properties.requestProblemInformation !== false,
  };
}

/** The answer to a client that is let in. `assignedId` is the id that it was given, null where it has one of its own. */
export function accepted(
  { keepalive = 0 }: IConnectPacket,
  agreed: Agreed,
  session: { readonly isPresent: boolean; readonly expirySeconds: number; readonly assignedId: string | null },
): IConnackPacket {
  const { isPresent, expirySeconds, assignedId } = session;
  // MQTT 3.1 has no such flag.
  const sessionPresent = isPresent && agreed.level > 3;
  const connack = { cmd: "connack", sessionPresent, returnCode: 0, reasonCode: REASON.SUCCESS } as const;
  if (agreed.level !== MQTT_5) return connack;
  return {
    ...connack,
    properties: {
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: MAX_PACKET_BYTES,
      topicAliasMaximum: MAX_TOPIC_ALIASES,
      ...(agreed.keepAliveSeconds !== keepalive && { serverKeepAlive: agreed.keepAliveSeconds }),
      ...(assignedId !== null && { assignedClientIdentifier: assignedId }),
      ...(expirySeconds !== agreed.askedExpirySeconds && { sessionExpiryInterval: expirySeconds }),
    },
  };
}

const CONNACK = { cmd: "connack", sessionPresent: false } as const;

/** The answer to a client that is not let in. */
export function refused(level: Level, reason: Reason, reasonString: string): IConnackPacket {
  if (level === MQTT_5) return { ...CONNACK, reasonCode: reason, properties: { reasonString } };
  return { ...CONNACK, returnCode: RETURN_CODES.get(reason) ?? SERVER_UNAVAILABLE };
}

/** The return codes of MQTT 3.1.1 (section 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;
const RETURN_CODES: ReadonlyMap<Reason, number> = new Map<Reason, number>([
  [REASON.CLIENT_ID_NOT_VALID, 2],
  [REASON.BAD_USER_NAME_OR_PASSWORD, 5],
  [REASON.NOT_AUTHORIZED, 5],
]);

/** What older versions say of a version that does not exist [MQTT-3.1.2-2]. */
const UNACCEPTABLE_VERSION = 1;

/** The answer to a CONNECT that breaks the protocol: in the version that it names, or the nearest. Null where that has none. */
export function connackOfViolation(level: number, reasonCode: Reason, reasonString: string): Buffer | null {
  const isUnknown = reasonCode === REASON.UNSUPPORTED_PROTOCOL_VERSION;
  if (level >= MQTT_5)
    return encode(isUnknown ? { ...CONNACK, reasonCode } : refused(MQTT_5, reasonCode, reasonString), MQTT_5);
  return isUnknown ? encode({ ...CONNACK, returnCode: UNACCEPTABLE_VERSION }, 4) : null;
}

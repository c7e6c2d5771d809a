// Decides whether a message is forwarded to subscribers, and logs it for people; for the fast path and the session layer.
import { errorOf, errorStatus } from "../../../shared/errors.ts";
import type { Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { Verdict } from "../../ingest/accept.ts";
import { type ArrivedMessage, FORWARDED, type MessageTap } from "../../observe/message-tap.ts";
import { matchCommandFilter } from "../../protocols/protocols.ts";
import type { Message } from "./messages/packets.ts";

/** False where the sender may not publish for the device: then subscribers do not get the message either. */
export function isForwarded(verdict: Verdict, authority: TopicAuthority, principal: Principal, topic: string): boolean {
  if (verdict.kind !== "refused") return verdict.kind !== "deferred";
  const code = errorOf(verdict.problem);
  if (code === "device-blocked" || code === "forbidden" || errorStatus[code] === 401) return false;
  // An undecodable payload names no device: only the topic does.
  return authority.denialFor(principal, topic) === null;
}

/** Shows a message on a topic that is not one of the hub's in the log of messages. */
export function tapForwarded(
  tap: MessageTap,
  { address, clientId, principal }: Required<Pick<ArrivedMessage, "address" | "clientId" | "principal">>,
  {
    topic,
    payload,
    qos,
    retain = false,
  }: Pick<Message, "topic" | "payload" | "qos"> & Partial<Pick<Message, "retain">>,
): void {
  if (tap.listener === null) return;
  const device = matchCommandFilter(topic)?.device ?? null;
  const arrived = { source: topic, payload, address, clientId, principal, transport: "mqtt", qos, retain } as const;
  tap.settled(arrived, device, FORWARDED);
}

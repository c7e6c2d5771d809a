// Messages that other clients receive, on the fast path and on the other alike: whether they do, and that it is shown.
import { errorOf, errorStatus } from "../../../shared/errors.ts";
import type { Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { Verdict } from "../../ingest/accept.ts";
import { type ArrivedMessage, FORWARDED, type MessageTap } from "../../observe/message-tap.ts";
import { matchCommandFilter } from "../../protocols/protocols.ts";

/** False where the sender may not publish for the device: no other client may receive the message either. */
export function isForwarded(verdict: Verdict, authority: TopicAuthority, principal: Principal, topic: string): boolean {
  if (verdict.kind !== "refused") return verdict.kind !== "deferred";
  const code = errorOf(verdict.problem);
  if (code === "device-blocked" || code === "forbidden" || errorStatus[code] === 401) return false;
  // What cannot be read names no device: its topic alone says for whom it speaks.
  return authority.denialFor(principal, topic) === null;
}

/** A message that is none of the hub's own: in the log of messages it is seen. */
export function tapForwarded(
  tap: MessageTap,
  { address, clientId, principal }: Required<Pick<ArrivedMessage, "address" | "clientId" | "principal">>,
  topic: string,
  payload: Uint8Array,
): void {
  if (tap.listener === null) return;
  const device = matchCommandFilter(topic)?.device ?? null;
  tap.settled({ source: topic, payload, address, clientId, principal, transport: "mqtt" }, device, FORWARDED);
}

// Whether other clients receive a message that the hub judged, on the fast path and on the other alike.
import { errorOf, errorStatus } from "../../../shared/errors.ts";
import type { Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { Verdict } from "../../ingest/accept.ts";

/** False where the sender may not publish for the device: no other client may receive the message either. */
export function isForwarded(verdict: Verdict, authority: TopicAuthority, principal: Principal, topic: string): boolean {
  if (verdict.kind !== "refused") return verdict.kind !== "deferred";
  const code = errorOf(verdict.problem);
  if (code === "device-blocked" || code === "forbidden" || errorStatus[code] === 401) return false;
  // What cannot be read names no device: its topic alone says for whom it speaks.
  return authority.denialFor(principal, topic) === null;
}

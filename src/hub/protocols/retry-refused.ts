// Retries a refused message once its cause is fixed: it is ingested as it arrived, with the rights of the person who retries it.
// Invariant: a message is listed until it is stored; one that is refused again is not listed twice.
import type { Refused } from "../../shared/api.ts";
import { parseDeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { Delivery, Ingest, Verdict } from "../ingest/accept.ts";
import type { DeviceMessage } from "../ingest/device-message.ts";
import type { Refusals } from "../ingest/refusals.ts";
import { payloadOf } from "../ingest/refused-records.ts";
import { decodeEnvelope } from "./bramble/device-envelope.ts";
import type { DecodeContext, Decoded } from "./protocol.ts";
import { httpRoutes, matchTopic } from "./protocols.ts";

export interface RetryOptions {
  readonly refusals: Pick<Refusals, "find" | "forget">;
  readonly ingest: Pick<Ingest, "accept">;
}

/** Rejects where the list cannot be saved. */
export async function retryRefused(
  { refusals, ingest }: RetryOptions,
  id: number,
  by: Pick<Delivery, "principal" | "share">,
): Promise<Verdict> {
  const refused = refusals.find(id);
  if (refused === undefined) return { kind: "refused", problem: message("no-such-refused") };
  const payload = payloadOf(refused);
  if (payload === null) return { kind: "refused", problem: message("not-kept-whole") };
  const { atMs, source, address, device = "" } = refused;
  const decoded = decode(refused, payload, { nowMs: atMs, sender: parseDeviceId(device) ?? null });
  if (decoded === null) return { kind: "refused", problem: message("forbidden/publish") };
  if (decoded.kind === "refused") return { kind: "refused", problem: decoded.problem };
  const transport = source.startsWith(HTTP) ? "http" : source.startsWith(WEBSOCKET) ? "websocket" : "mqtt";
  const delivery: Delivery = { ...by, source, payload, address, transport, session: null, isListed: true };
  const messages = decoded.messages.map((one) => withTime(one, atMs));
  const verdict = await ingest.accept(messages, delivery);
  if (verdict.kind === "stored") await refusals.forget(id);
  return verdict;
}

const HTTP = "POST ";
const WEBSOCKET = "WebSocket ";

/** By its source; null where that is no topic or route of the hub. */
function decode({ source, device }: Refused, payload: Uint8Array, context: DecodeContext): Decoded | null {
  if (source.startsWith(WEBSOCKET))
    return decodeEnvelope(payload, false, { ...context, device: parseDeviceId(device ?? "") }).decoded;
  if (!source.startsWith(HTTP)) return matchTopic(source)?.decode(payload, context) ?? null;
  const path = source.slice(HTTP.length).split("/");
  const route = httpRoutes.find(({ url }) => {
    const levels = url.split("/");
    return levels.length === path.length && levels.every((level, at) => level.startsWith(":") || level === path[at]);
  });
  // The media type is not stored: a batch of lines is no JSON.
  const decoders = [route?.match("application/json"), route?.match("application/x-ndjson")];
  const all = decoders.flatMap((one) => (one ? [one(payload, { ...context, deviceText: device })] : []));
  return all.find(({ kind }) => kind === "decoded") ?? all[0] ?? null;
}

/** Readings without a time of their own get the time when the message arrived. */
function withTime(received: DeviceMessage, atMs: number): DeviceMessage {
  if (received.kind !== "readings") return received;
  const readings = received.readings.map((reading) => (reading.tsMs === null ? { ...reading, tsMs: atMs } : reading));
  return { ...received, readings };
}

// The messages of a device on WS /ws: the same kinds as on its MQTT topics, distinguished by "type".
import type { Problem } from "../../../shared/errors.ts";
import { type DeviceId, parseDeviceId } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import { decodeText, deviceNamedInText, parseJson } from "../payload.ts";
import type { DecodeContext, Decoded } from "../protocol.ts";
import { interpretStatement } from "./about.ts";
import { decodeReadingsValue } from "./readings.ts";
import type { DeviceKind } from "./topics.ts";

const KINDS = ["reading", "about", "status", "state", "reply"] as const;
/** Of a `seq` that is text. */
const MAX_SEQ_CHARACTERS = 64;

export interface Envelope {
  /** Repeated in the answer, so that the sender can match it to its message. */
  readonly seq: string | number | null | undefined;
  /** The device that the message names. */
  readonly device: DeviceId | undefined;
  readonly decoded: Decoded;
}

export interface EnvelopeContext extends DecodeContext {
  /** The device of the connection, where that has one. */
  readonly device: DeviceId | undefined;
}

export function decodeEnvelope(bytes: Uint8Array, isBinary: boolean, context: EnvelopeContext): Envelope {
  const text = isBinary ? message("not-json/binary") : decodeText(bytes);
  if (typeof text !== "string") return refused(text, { device: context.device });
  const parsed = parseJson(text);
  if ("problem" in parsed) return refused(parsed.problem, { device: deviceNamedInText(text) ?? context.device });
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refused(message("not-an-object/envelope"), { device: context.device });
  const { type, seq, ...body }: Record<string, unknown> = { ...value };
  const device = deviceNamedIn(body) ?? context.device;
  if (!isSoundSeq(seq)) {
    return refused(message("bad-request/seq", { field: "seq", limit: MAX_SEQ_CHARACTERS }), { device });
  }
  const kind = KINDS.find((one) => one === type);
  if (kind === undefined) {
    const kinds = KINDS.join(", ");
    return refused(message("bad-request/envelope-type", { field: "type", kinds }), { device, seq });
  }
  return { seq, device: deviceNamedIn(body), decoded: decodeBody(kind, body, device, context) };
}

function decodeBody(
  kind: (typeof KINDS)[number],
  body: Record<string, unknown>,
  device: DeviceId | undefined,
  { nowMs }: DecodeContext,
): Decoded {
  if (kind === "reading") return decodeReadingsValue(body, { device: device ?? null, nowMs });
  if (device !== undefined) return interpretStatement(kind, device, statementIn(kind, body));
  return { kind: "refused", problem: message("no-device/envelope", { field: "device_id" }), device: null };
}

function deviceNamedIn(body: Record<string, unknown>): DeviceId | undefined {
  const named = body["device_id"] ?? body["deviceId"] ?? body["device"];
  return typeof named === "string" ? parseDeviceId(named) : undefined;
}

function statementIn(kind: DeviceKind, body: Record<string, unknown>): unknown {
  const { device_id: _id, deviceId: _other, device: _third, ...rest } = body;
  return kind === "status" ? rest["status"] : rest;
}

function isSoundSeq(seq: unknown): seq is Envelope["seq"] {
  return (
    seq === undefined ||
    seq === null ||
    typeof seq === "number" ||
    (typeof seq === "string" && seq.length <= MAX_SEQ_CHARACTERS)
  );
}

function refused(
  found: Problem,
  { seq, device = null }: { readonly seq?: Envelope["seq"]; readonly device?: DeviceId | null | undefined },
): Envelope {
  return { seq, device: undefined, decoded: { kind: "refused", problem: found, device } };
}

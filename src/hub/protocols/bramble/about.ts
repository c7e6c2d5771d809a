// Decodes the payloads of a device's `about`, `status`, `state` and `reply` topics.
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { CommandReply } from "../../../shared/controls/command.ts";
import { ControlValue, checkControls, MAX_CONTROLS_PER_DEVICE } from "../../../shared/controls/control.ts";
import { DeviceAbout } from "../../../shared/device-about.ts";
import { assertNever, type Problem } from "../../../shared/errors.ts";
import { type DeviceId, isForbiddenKey } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import type { DeviceMessage } from "../../ingest/device-message.ts";
import { decodeText, parseJson, quoteValue } from "../payload.ts";
import type { Decoded } from "../protocol.ts";
import type { DeviceKind } from "./topics.ts";

/** Of one device, as JSON: a thousand of them are in memory. */
const MAX_ABOUT_BYTES = 64 * 1024;

const MAX_ENTRIES = { metrics: limits.metricsPerDevice, controls: MAX_CONTROLS_PER_DEVICE };

const aboutSchema = Compile(DeviceAbout);
const MAX_STATES = 100;
const stateSchema = Compile(Type.Record(Type.String({ maxLength: 64 }), ControlValue, { maxProperties: MAX_STATES }));
const replySchema = Compile(CommandReply);

/** Decodes the payload of one of these topics: a text for `status`, JSON for the others. */
export function decodeStatement(kind: DeviceKind, device: DeviceId, payload: Uint8Array): Decoded {
  const text = decodeText(payload);
  if (typeof text !== "string") return refuse(device, text);
  if (kind === "status") return interpretStatement(kind, device, text);
  const parsed = parseJson(text);
  return "problem" in parsed ? refuse(device, parsed.problem) : interpretStatement(kind, device, parsed.value);
}

/** Decodes what is a value already: a text for `status`, an object for the others. */
export function interpretStatement(kind: DeviceKind, device: DeviceId, value: unknown): Decoded {
  if (isDeeperThan(limits.depth, value)) {
    return refuse(device, message("too-deep", { field: "", limit: limits.depth }));
  }
  const found = messageOf(kind, device, value);
  return "code" in found ? refuse(device, found) : { kind: "decoded", messages: [found] };
}

function messageOf(kind: DeviceKind, device: DeviceId, value: unknown): DeviceMessage | Problem {
  switch (kind) {
    case "about": {
      const about = parseAbout(value);
      return "code" in about ? about : { kind, device, about };
    }
    case "status": {
      if (value === "online" || value === "offline") return { kind, device, isOnline: value === "online" };
      return message("bad-status", { value: typeof value === "string" ? value.slice(0, 40) : quoteValue(value) });
    }
    case "state": {
      if (countOf(value) <= MAX_STATES && stateSchema.Check(value))
        return { kind, device, values: new Map(Object.entries(value)) };
      return message("bad-state");
    }
    case "reply": {
      if (replySchema.Check(value)) return { kind, device, reply: value };
      return message("bad-reply");
    }
    default:
      return assertNever(kind);
  }
}

/** Fields of later versions are ignored, and not stored. */
function parseAbout(value: unknown): DeviceAbout | Problem {
  const tooMuch = sizeFault(value);
  if (tooMuch !== null) return tooMuch;
  const known = aboutSchema.Clean(value);
  if (!aboutSchema.Check(known)) return misunderstood(known);
  const { name, model, controls, metrics } = known;
  const about = {
    ...(name && { name }),
    ...(model && { model }),
    ...(controls && { controls }),
    ...(metrics && { metrics }),
  };
  return problemOf(about) ?? about;
}

function misunderstood(value: unknown): Problem {
  const [fault] = aboutSchema.Errors(value);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  return message("bad-about", { field, fault: fault?.message ?? "" });
}

function problemOf(about: DeviceAbout): Problem | null {
  const forbidden = Object.keys(about.metrics ?? {}).find(isForbiddenKey);
  if (forbidden !== undefined) {
    return message("forbidden-key", { field: `metrics.${forbidden}` });
  }
  return checkControls(about.controls ?? [], "bad-about");
}

/** Checked first: checking each field takes a hundred times as long. */
function sizeFault(value: unknown): Problem | null {
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_ABOUT_BYTES)
    return message("too-large/about", { limit: MAX_ABOUT_BYTES });
  for (const [field, limit] of Object.entries(MAX_ENTRIES))
    if (countOf(fieldOf(value, field)) > limit)
      return message("bad-about", { field, fault: `has over ${limit} entries` });
  return null;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
}

function countOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

/** Stops at the maximum depth: JSON can be nested deeper than the stack allows. */
function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}

function refuse(device: DeviceId, found: Problem): Decoded {
  return { kind: "refused", problem: found, device };
}

// What a device says of itself on its `about`, `status`, `state` and `reply` topics.
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { CommandReply } from "../../shared/command.ts";
import { ControlValue, checkControls } from "../../shared/control.ts";
import { DeviceAbout } from "../../shared/device-about.ts";
import { type Problem, problem } from "../../shared/errors.ts";
import { isForbiddenKey } from "../../shared/ids.ts";
import { limits } from "../../shared/reading.ts";
import { decodeText, parseJson } from "./decode.ts";

/** Of one device, as JSON: a thousand of them are in memory. */
const MAX_ABOUT_BYTES = 64 * 1024;

const aboutSchema = Compile(DeviceAbout);
const stateSchema = Compile(Type.Record(Type.String({ maxLength: 64 }), ControlValue, { maxProperties: 100 }));
const replySchema = Compile(CommandReply);

/** Decodes an `about` payload; fields of later versions are passed over, and not kept. */
export function decodeAbout(bytes: Uint8Array): { readonly about: DeviceAbout } | { readonly problem: Problem } {
  const parsed = parseBytes(bytes);
  if ("problem" in parsed) return parsed;
  const known = aboutSchema.Clean(parsed.value);
  if (!aboutSchema.Check(known)) return { problem: misunderstood(known) };
  const { name, model, controls, metrics } = known;
  const about = {
    ...(name && { name }),
    ...(model && { model }),
    ...(controls && { controls }),
    ...(metrics && { metrics }),
  };
  const found = whatIsWrongWith(about);
  return found === null ? { about } : { problem: found };
}

function misunderstood(value: unknown): Problem {
  const [fault] = aboutSchema.Errors(value);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  const words = `“about” is not understood: ${field === "" ? "the message" : `“${field}”`} ${fault?.message ?? "is not as expected"}.`;
  return problem("bad-about", words, field === "" ? undefined : { field });
}

function whatIsWrongWith(about: DeviceAbout): Problem | null {
  const forbidden = Object.keys(about.metrics ?? {}).find(isForbiddenKey);
  if (forbidden !== undefined) {
    const field = `metrics.${forbidden}`;
    return problem("forbidden-key", `“${field}” is not allowed as a name.`, { field });
  }
  const fault = checkControls(about.controls ?? []);
  if (fault !== null) return problem("bad-about", fault.words, { field: `controls.${fault.index}` });
  if (Buffer.byteLength(JSON.stringify(about)) <= MAX_ABOUT_BYTES) return null;
  const words = `“about” has over ${MAX_ABOUT_BYTES} bytes, the most that is kept of what a device says of itself.`;
  return problem("too-large", words, { limit: MAX_ABOUT_BYTES });
}

/** Decodes a `status` payload: true for `online`, false for `offline`. */
export function decodeStatus(bytes: Uint8Array): boolean | Problem {
  const text = decodeText(bytes);
  if (typeof text !== "string") return text;
  if (text === "online" || text === "offline") return text === "online";
  return problem("bad-status", `“${text.slice(0, 40)}” is no status: send online or offline.`);
}

/** Decodes a `state` payload: the values of controls. */
export function decodeState(
  bytes: Uint8Array,
): { readonly values: ReadonlyMap<string, ControlValue> } | { readonly problem: Problem } {
  const parsed = parseBytes(bytes);
  if ("problem" in parsed) return parsed;
  if (stateSchema.Check(parsed.value)) return { values: new Map(Object.entries(parsed.value)) };
  return { problem: problem("bad-state", '“state” is an object of controls and their values, such as {"led":true}.') };
}

/** Decodes a `reply` payload. */
export function decodeReply(bytes: Uint8Array): { readonly reply: CommandReply } | { readonly problem: Problem } {
  const parsed = parseBytes(bytes);
  if ("problem" in parsed) return parsed;
  if (replySchema.Check(parsed.value)) return { reply: parsed.value };
  const words = 'A reply is {"id":"…","ok":true,"value":…} or {"id":"…","ok":false,"error":"why"}.';
  return { problem: problem("bad-reply", words) };
}

function parseBytes(bytes: Uint8Array): ReturnType<typeof parseJson> {
  const text = decodeText(bytes);
  if (typeof text !== "string") return { problem: text };
  const parsed = parseJson(text);
  if ("problem" in parsed || !isDeeperThan(limits.depth, parsed.value)) return parsed;
  return { problem: problem("too-deep", `The message is nested over ${limits.depth} deep.`, { limit: limits.depth }) };
}

/** Looks no deeper than that: what JSON can hold is deeper than any recursion goes. */
function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}

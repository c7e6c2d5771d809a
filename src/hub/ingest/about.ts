// What a device says of itself on its `about`, `status`, `state` and `reply` topics.
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { CommandReply } from "../../shared/command.ts";
import { ControlValue } from "../../shared/control.ts";
import { type Problem, problem } from "../../shared/errors.ts";
import { DeviceAbout } from "../store/records.ts";
import { decodeText, parseJson } from "./decode.ts";

const aboutSchema = Compile(DeviceAbout);
const stateSchema = Compile(Type.Record(Type.String({ maxLength: 64 }), ControlValue, { maxProperties: 100 }));
const replySchema = Compile(CommandReply);

/** Decodes an `about` payload; fields of later versions are passed over. */
export function decodeAbout(bytes: Uint8Array): { readonly about: DeviceAbout } | { readonly problem: Problem } {
  const parsed = parseBytes(bytes);
  if ("problem" in parsed) return parsed;
  if (aboutSchema.Check(parsed.value)) {
    const { name, model, controls, metrics } = parsed.value;
    return {
      about: {
        ...(name && { name }),
        ...(model && { model }),
        ...(controls && { controls }),
        ...(metrics && { metrics }),
      },
    };
  }
  const [fault] = aboutSchema.Errors(parsed.value);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  const words = `“about” is not understood: ${field === "" ? "the message" : `“${field}”`} ${fault?.message ?? "is not as expected"}.`;
  return { problem: problem("bad-about", words, field === "" ? undefined : { field }) };
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
  return typeof text === "string" ? parseJson(text) : { problem: text };
}

// What a device says of itself on its `about` and `status` topics.
import { Compile } from "typebox/compile";
import { type Problem, problem } from "../../shared/errors.ts";
import { DeviceAbout } from "../store/records.ts";
import { decodeText, parseJson } from "./decode.ts";

const aboutSchema = Compile(DeviceAbout);

/** Decodes an `about` payload; fields of later versions are passed over. */
export function decodeAbout(bytes: Uint8Array): { readonly about: DeviceAbout } | { readonly problem: Problem } {
  const text = decodeText(bytes);
  if (typeof text !== "string") return { problem: text };
  const parsed = parseJson(text);
  if ("problem" in parsed) return parsed;
  if (aboutSchema.Check(parsed.value)) {
    const { name, model, metrics } = parsed.value;
    return { about: { ...(name && { name }), ...(model && { model }), ...(metrics && { metrics }) } };
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

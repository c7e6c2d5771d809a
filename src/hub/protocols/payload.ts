// Bytes of a payload -> text -> JSON, with the field and the character where it breaks.
import { isUtf8 } from "node:buffer";
import type { Problem } from "../../shared/errors.ts";
import { type DeviceId, parseDeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import { limits } from "../../shared/reading.ts";
import { findJsonFault, quoteNotFinite } from "./json-error.ts";

const MAX_FIELD_CHARACTERS = 128;
const MAX_QUOTED_CHARACTERS = 40;
const NAMED_DEVICE = /["']?\bdevice(?:_id|Id)?["']?\s*[:=]\s*["']?([\w.:-]{1,64})/;
/** Of one in UTF-8. */
const MAX_CHARACTER_BYTES = 4;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Decodes UTF-8 of at most `limits.messageBytes`; a byte order mark, and NULs at the end as C strings have them, are left out. */
export function decodeText(bytes: Uint8Array): string | Problem {
  if (bytes.length > limits.messageBytes) return message("too-large", { limit: limits.messageBytes });
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const text = end === bytes.length ? bytes : bytes.subarray(0, end);
  try {
    return utf8.decode(text);
  } catch {
    return notUtf8(text);
  }
}

function notUtf8(text: Uint8Array): Problem {
  const position = endOfUtf8(text);
  const byte = text[position] ?? 0;
  // In Latin-1 these are signs and letters that people write: °, µ, ², é.
  const isLatin1 = byte >= 0xa0 && (text[position + 1] ?? 0) < 0x80;
  return message("not-json/not-utf8", { position, byte: `0x${byte.toString(16)}`, isLatin1 });
}

/** The offset of the first invalid UTF-8, by binary search; there is some. */
function endOfUtf8(text: Uint8Array): number {
  let soundEnd = 0;
  let end = text.length;
  while (end - soundEnd > 2 * MAX_CHARACTER_BYTES) {
    const middle = startOfCharacter(text, Math.floor((soundEnd + end) / 2));
    if (isUtf8(text.subarray(soundEnd, middle))) soundEnd = middle;
    else end = middle;
  }
  const lengthAt = (at: number): number | undefined =>
    [1, 2, 3, MAX_CHARACTER_BYTES].find((length) => at + length <= end && isUtf8(text.subarray(at, at + length)));
  for (let length = lengthAt(soundEnd); length !== undefined; length = lengthAt(soundEnd)) soundEnd += length;
  return soundEnd;
}

/** Of the character that has a byte at `at`; `at` where none may have it. */
function startOfCharacter(text: Uint8Array, at: number): number {
  for (let start = at; start > at - MAX_CHARACTER_BYTES; start--)
    if (((text[start] ?? 0) & 0xc0) !== 0x80) return start;
  return at;
}

/**
 * Parses JSON; the problem names the invalid character. NaN and Infinity, which Python writes as numbers, become texts of that
 * name. `line` is the place of a line in its batch.
 */
export function parseJson(
  text: string,
  line: { readonly start: number; readonly where: string } = { start: 0, where: "" },
): { readonly value: unknown } | { readonly problem: Problem } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    if (text.trim() === "") return { problem: message("not-json/empty") };
    const quoted = quoteNotFinite(text);
    try {
      if (quoted !== text) return { value: JSON.parse(quoted) };
    } catch {
      // It is broken in another place, too.
    }
    const fault = findJsonFault(text);
    const position = line.start + fault.position;
    const field = fieldPath(line.where, fault.field);
    // The whole character, not its first half.
    const [found = ""] = text.slice(fault.position, fault.position + 2);
    return { problem: message("not-json/broken", { position, field, reason: fault.reason, found }) };
  }
}

/** Parses a JSON value a line (ndjson) into an array; lines without one are passed over. */
export function parseJsonLines(text: string): { readonly value: unknown[] } | { readonly problem: Problem } {
  const value: unknown[] = [];
  let lineStart = 0;
  for (const line of text.split("\n")) {
    if (line.trim() !== "") {
      const parsed = parseJson(line, { start: lineStart, where: `[${value.length}]` });
      if ("problem" in parsed) return parsed;
      value.push(parsed.value);
    }
    lineStart += line.length + 1;
  }
  return { value };
}

/** The device that a text names which is no JSON, such as a Python dictionary; undefined where it names none. */
export function deviceNamedInText(text: string): DeviceId | undefined {
  const [, named] = NAMED_DEVICE.exec(text) ?? [];
  return named === undefined ? undefined : parseDeviceId(named);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The path of a field, cut where a name is absurdly long: it is stored with the refused message. */
export function fieldPath(where: string, key: string): string {
  return shorten(where === "" || key === "" ? where + key : `${where}.${key}`, MAX_FIELD_CHARACTERS);
}

/** The value as it was sent, shortened for a message. */
export function quoteValue(value: unknown): string {
  if (typeof value === "string") return shorten(JSON.stringify(value), MAX_QUOTED_CHARACTERS);
  if (typeof value === "object") return typeWord(value);
  return shorten(String(value), MAX_QUOTED_CHARACTERS);
}

/** The type of a JSON value with its article, for a message. */
export function typeWord(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}

/** Cuts a text for a message, and marks that with an ellipsis. */
export function shorten(text: string, maxCharacters = 64): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}

// Bytes -> readings. Pure: it knows what a message may hold and nothing of who sent it or where it is kept.
import { type Problem, type ProblemDetail, problem } from "../../shared/errors.ts";
import {
  type DeviceId,
  foreignCharacter,
  isForbiddenKey,
  type MetricName,
  parseDeviceId,
  parseMetricName,
} from "../../shared/ids.ts";
import { type IncomingAttribute, type IncomingReading, limits } from "../../shared/reading.ts";
import { findJsonFault } from "./json-error.ts";
import { isPlainDecimal, parseDeviceTimeMs } from "./time.ts";

export type Decoded = DecodedReadings | { readonly kind: "refused"; readonly problem: Problem };

export interface DecodedReadings {
  readonly kind: "decoded";
  readonly readings: readonly IncomingReading[];
  readonly attributes: readonly IncomingAttribute[];
}

export interface DecodeContext {
  /** The device that the topic or the key names, or null where the message has to. */
  readonly device: DeviceId | null;
  readonly nowMs: number;
  /** A JSON object a line instead of one JSON value. */
  readonly ndjson?: boolean;
}

const DEVICE_KEYS = ["device_id", "deviceId", "device"] as const;
const TIME_KEYS = ["ts", "timestamp", "time"] as const;
const FIELD_CHARACTERS = 128;
const utf8 = new TextDecoder("utf-8", { fatal: true });
/** Names that were checked: a device sends the same ones again and again. */
const knownNames = new Map<string, MetricName>();
const KNOWN_NAMES = 10_000;
const RESERVED_KEYS: ReadonlySet<string> = new Set([...DEVICE_KEYS, ...TIME_KEYS]);

/** Decodes a message of readings: an object, an array of them, or one a line. All of it, or a problem. */
export function decodeReadings(bytes: Uint8Array, context: DecodeContext): Decoded {
  const text = decodeText(bytes);
  if (typeof text !== "string") return refuse(text);
  const parsed = context.ndjson ? parseLines(text) : parseJson(text);
  if ("problem" in parsed) return refuse(parsed.problem);

  const message = new MessageDecoder(context);
  const found = Array.isArray(parsed.value) ? message.batch(parsed.value) : message.object(parsed.value, "");
  return found === null
    ? { kind: "decoded", readings: message.readings, attributes: message.attributes }
    : refuse(found);
}

/** Decodes the bare payload of a metric topic: a number, or `true`/`false`/`ON`/`OFF`. */
export function decodeMetricValue(bytes: Uint8Array, device: DeviceId, metric: MetricName): Decoded {
  const text = decodeText(bytes);
  if (typeof text !== "string") return refuse(text);
  const value = parseBareValue(text.trim());
  if (value === undefined) {
    const words = `“${shorten(text.trim())}” is not a number, true, false, ON or OFF.`;
    return refuse(problem("no-usable-value", words, { field: metric }));
  }
  if (!Number.isFinite(value)) return refuse(notFinite(metric, text.trim()));
  return { kind: "decoded", readings: [{ device, metric, tsMs: null, value }], attributes: [] };
}

/** Decodes UTF-8 (a byte order mark is allowed) of at most `limits.messageBytes`. */
export function decodeText(bytes: Uint8Array): string | Problem {
  if (bytes.length > limits.messageBytes) {
    const words = `The message has over ${limits.messageBytes} bytes, the most that is taken. Send it in parts.`;
    return problem("too-large", words, { limit: limits.messageBytes });
  }
  try {
    return utf8.decode(bytes);
  } catch {
    return problem("not-json", "The message is not UTF-8 text.");
  }
}

/** Parses JSON, or says in words which character breaks it. `line` is the place of a line in its batch. */
export function parseJson(
  text: string,
  line: { readonly start: number; readonly where: string } = { start: 0, where: "" },
): { readonly value: unknown } | { readonly problem: Problem } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    if (text.trim() === "") return { problem: problem("not-json", "The message is empty.") };
    const fault = findJsonFault(text);
    const position = line.start + fault.position;
    const field = path(line.where, fault.field);
    const detail: ProblemDetail = field === "" ? { position } : { field, position };
    const where = field === "" ? "" : ` in “${shorten(field)}”`;
    if (fault.notFinite) {
      const words = `NaN or Infinity${where} at character ${position + 1} cannot be stored. Leave the value out or send null.`;
      return { problem: problem("not-finite", words, detail) };
    }
    // The whole character, not its first half.
    const [found] = text.slice(fault.position, fault.position + 2);
    const seen = found === undefined ? "" : `, found ${JSON.stringify(found)}`;
    const words = `JSON broken at character ${position + 1}${where}: ${fault.reason}${seen}.`;
    return { problem: problem("not-json", words, detail) };
  }
}

function parseLines(text: string): { readonly value: unknown[] } | { readonly problem: Problem } {
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

/** What one message amounts to. Every method answers null, or the problem that refuses the whole message. */
class MessageDecoder {
  readonly readings: IncomingReading[] = [];
  readonly attributes: IncomingAttribute[] = [];
  readonly #context: DecodeContext;

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  batch(items: readonly unknown[]): Problem | null {
    if (items.length === 0) return problem("no-usable-value", "The batch is empty: it holds no reading.");
    for (const [index, item] of items.entries()) {
      const found = this.object(item, `[${index}]`);
      if (found !== null) return found;
    }
    return null;
  }

  object(item: unknown, where: string): Problem | null {
    if (!isObject(item)) {
      const words = `${where === "" ? "The message" : `Item ${where} of the batch`} is ${typeWord(item)}, not a JSON object such as {"device_id":"raspi-01","temperature":25.5}.`;
      return problem("not-an-object", words, where === "" ? undefined : { field: where });
    }
    const device = this.#device(item, where);
    if (typeof device !== "string") return device;
    const tsMs = this.#time(item, where);
    if (typeof tsMs === "object" && tsMs !== null) return tsMs;

    const before = this.readings.length;
    const found = this.#values(item, { device, tsMs, where, prefix: "", depth: 1 });
    if (found !== null) return found;
    if (this.readings.length > before) return null;
    const words = `${where === "" ? "The message" : `Item ${where} of the batch`} holds no number: add a value such as "temperature": 25.5.`;
    return problem("no-usable-value", words, where === "" ? undefined : { field: where });
  }

  #device(item: JsonObject, where: string): DeviceId | Problem {
    let device = this.#context.device;
    let namedBy = "the topic or key";
    for (const key of DEVICE_KEYS) {
      const text = item[key];
      if (!Object.hasOwn(item, key) || text === null) continue;
      const parsed = typeof text === "string" ? parseDeviceId(text) : undefined;
      if (parsed === undefined) return badDeviceId(text, path(where, key));
      if (device !== null && device !== parsed) {
        const field = path(where, key);
        const words = `“${field}” says ${parsed}, but ${namedBy} says ${device}. Send one name only.`;
        return problem("device-mismatch", words, { field });
      }
      device = parsed;
      namedBy = `“${key}”`;
    }
    const words = `No device is named${where === "" ? "" : ` in item ${where} of the batch`}: add "device_id": "raspi-01" with a name of your own.`;
    return device ?? problem("no-device", words, { field: path(where, "device_id") });
  }

  #time(item: JsonObject, where: string): number | null | Problem {
    const key = TIME_KEYS.find((name) => Object.hasOwn(item, name) && item[name] !== null);
    if (key === undefined) return null;
    const field = path(where, key);
    const tsMs = parseDeviceTimeMs(item[key]);
    if (tsMs === undefined) {
      const words = `“${field}” is no time: send seconds or milliseconds since 1970, or ISO 8601 such as 2026-01-31T12:00:00Z.`;
      return problem("bad-time", words, { field });
    }
    if (tsMs < limits.earliestTsMs) {
      const words = `“${field}” is before the year 2000: the device's clock is not set. Without a time the hub's counts.`;
      return problem("bad-time", words, { field });
    }
    if (tsMs > this.#context.nowMs + limits.futureMs) {
      const words = `“${field}” is more than a day in the future: check the device's clock, or send no time.`;
      return problem("bad-time", words, { field });
    }
    return tsMs;
  }

  #values(item: JsonObject, scope: Scope): Problem | null {
    for (const key of Object.keys(item)) {
      const value = item[key];
      // An object beside the time, such as {"ts":1769860800,"time":{"uptime":7}}, holds values like any other.
      const reserved = scope.depth === 1 && RESERVED_KEYS.has(key) && typeof value !== "object";
      if (reserved) continue;
      const name = knownNames.get(scope.prefix + key);
      const found =
        typeof value === "number" && name !== undefined && Number.isFinite(value)
          ? this.#reading(name, value, scope)
          : this.#value(value, key, scope);
      if (found !== null) return found;
    }
    return null;
  }

  #value(value: unknown, key: string, scope: Scope): Problem | null {
    const field = path(scope.where, scope.prefix + key);
    if (isForbiddenKey(key)) {
      return problem("forbidden-key", `“${shorten(field)}” is not allowed as a name.`, { field });
    }
    if (value === null) return null;
    return isObject(value) ? this.#nested(value, key, field, scope) : this.#leaf(value, key, field, scope);
  }

  #nested(item: JsonObject, key: string, field: string, scope: Scope): Problem | null {
    if (scope.depth >= limits.depth) {
      const words = `“${shorten(field)}” is nested over ${limits.depth} deep.`;
      return problem("too-deep", words, { field, limit: limits.depth });
    }
    return this.#values(item, { ...scope, prefix: `${scope.prefix + key}.`, depth: scope.depth + 1 });
  }

  #leaf(value: unknown, key: string, field: string, scope: Scope): Problem | null {
    if (Array.isArray(value)) {
      const words = `“${shorten(field)}” is an array; a value is one number. Send a reading each, with its own time.`;
      return problem("array-value", words, { field });
    }
    const name = parseMetricName(scope.prefix + key);
    if (name === undefined) return badMetric(scope.prefix + key, field);
    if (typeof value === "string" && !isPlainDecimal(value.trim())) {
      this.attributes.push({ device: scope.device, name, text: shorten(value, limits.attributeCharacters) });
      return null;
    }
    const number = Number(value);
    if (!Number.isFinite(number)) return notFinite(field, String(value));
    if (knownNames.size >= KNOWN_NAMES) knownNames.clear();
    knownNames.set(scope.prefix + key, name);
    return this.#reading(name, number, scope);
  }

  #reading(metric: MetricName, value: number, { device, tsMs }: Scope): Problem | null {
    if (this.readings.length >= limits.readingsPerMessage) {
      const words = `The message holds over ${limits.readingsPerMessage} readings. Send it in parts.`;
      return problem("too-many-readings", words, { limit: limits.readingsPerMessage });
    }
    this.readings.push({ device, metric, tsMs, value });
    return null;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

interface Scope {
  readonly device: DeviceId;
  readonly tsMs: number | null;
  /** `[3]` inside a batch, else empty. */
  readonly where: string;
  /** Path of the enclosing objects, with its last dot. */
  readonly prefix: string;
  readonly depth: number;
}

export function badDeviceId(value: unknown, field: string): Problem {
  const text = typeof value === "string" ? value : "";
  const says = typeof value === "string" ? JSON.stringify(shorten(value)) : typeWord(value);
  const words = `“${shorten(field)}” says ${says}, which is no device id${foreign(text, "device id")}: 1-64 of A-Z a-z 0-9 _ - . : and a letter or digit first.`;
  return problem("bad-device-id", words, { field });
}

export function badMetric(text: string, field: string): Problem {
  const words = `“${shorten(field)}” names no metric${foreign(text, "metric name")}: 1-64 letters, digits, _ - . : % / and inner spaces.`;
  return problem("bad-metric", words, { field });
}

function foreign(text: string, name: "device id" | "metric name"): string {
  const character = foreignCharacter(text, name);
  return character === undefined ? "" : ` (${JSON.stringify(character)} has no place in one)`;
}

function notFinite(field: string, text: string): Problem {
  return problem("not-finite", `“${shorten(field)}” is ${shorten(text, 20)}: not a finite number.`, { field });
}

function parseBareValue(text: string): number | undefined {
  if (/^(?:true|on)$/i.test(text)) return 1;
  if (/^(?:false|off)$/i.test(text)) return 0;
  if (/^[+-]?(?:nan|inf(?:inity)?)$/i.test(text)) return Number.NaN;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeWord(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}

/** The path of a field, cut where a name is absurdly long: it is kept with the refused message. */
function path(where: string, key: string): string {
  return shorten(where === "" || key === "" ? where + key : `${where}.${key}`, FIELD_CHARACTERS);
}

function shorten(text: string, most = 64): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function refuse(found: Problem): Decoded {
  return { kind: "refused", problem: found };
}

// Bytes -> readings. Pure: it knows nothing of the sender or the store.
// A value that cannot be stored is skipped and reported; a fault that affects the whole message refuses it.
import type { Problem } from "../../../shared/errors.ts";
import {
  type DeviceId,
  foreignCharacter,
  isForbiddenKey,
  type MetricName,
  parseDeviceId,
  parseMetricName,
} from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import { type IncomingAttribute, type IncomingReading, limits } from "../../../shared/reading.ts";
import { readText, withDecimalPoint } from "../../../shared/text-values.ts";
import { hasNoOffset, parseDeviceTimeMs } from "../../../shared/time.ts";
import { type IncomingUnit, noExtras, type ReadingsMessage, type SkippedField } from "../../ingest/device-message.ts";
import {
  decodeText,
  deviceNamedInText,
  fieldPath,
  isJsonObject,
  type JsonObject,
  parseJson,
  parseJsonLines,
  quoteValue,
  shorten,
  typeWord,
} from "../payload.ts";
import type { DecodeContext, Decoded } from "../protocol.ts";
import { isTelegraf, namedByTags, telegrafBatch } from "./telegraf.ts";

export interface ReadingsContext extends DecodeContext {
  /** The device that the topic or the path names, or null where the message or the sender's key has to. */
  readonly device: DeviceId | null;
  /** A JSON object a line instead of one JSON value. */
  readonly ndjson?: boolean;
}

const DEVICE_KEYS = ["device_id", "deviceId", "device"] as const;
const TIME_KEYS = ["ts", "timestamp", "time"] as const;
const RESERVED_KEYS: ReadonlySet<string> = new Set([...DEVICE_KEYS, ...TIME_KEYS]);
const MAX_ARRAY_LENGTH = 64;
const MAX_SKIPPED_FIELDS_PER_MESSAGE = 100;
/** Attributes of all devices in a message: each is a row on the disk. */
const MAX_TEXTS_PER_MESSAGE = 1_000;
/** Fields that a refusal names at most. */
const MAX_NAMED_FIELDS = 5;
/** MicroPython on most boards counts seconds from 2000. */
const SECONDS_FROM_1970_TO_2000 = 946_684_800;
/** A cache of valid names: a device sends the same ones again and again. */
const knownNames = new Map<string, MetricName>();
const MAX_KNOWN_NAMES = 10_000;

/** Decodes a message of readings: an object, an array of them, or one a line. */
export function decodeReadings(bytes: Uint8Array, context: ReadingsContext): Decoded {
  const text = decodeText(bytes);
  if (typeof text !== "string") return refuse(context.device, text);
  const parsed = context.ndjson ? parseJsonLines(text) : parseJson(text);
  if ("problem" in parsed) return refuse(context.device ?? deviceNamedInText(text), parsed.problem);
  return decodeReadingsValue(parsed.value, context);
}

/** Decodes what is JSON already. */
export function decodeReadingsValue(value: unknown, context: Omit<ReadingsContext, "ndjson">): Decoded {
  const decoder = new MessageDecoder(context);
  const found = decoder.decode(value);
  return found === null ? { kind: "decoded", messages: [decoder.result()] } : refuse(decoder.device, found);
}

/** Decodes the bare payload of a metric topic: a number, with a unit or without, or `true`/`false`/`ON`/`OFF`. */
export function decodeMetricValue(bytes: Uint8Array, device: DeviceId, metric: MetricName): Decoded {
  const text = decodeText(bytes);
  if (typeof text !== "string") return refuse(device, text);
  const read = readText(text);
  if (read.kind === "number") {
    const { value, unit } = read;
    const extras = unit === null ? noExtras : { ...noExtras, units: [{ device, metric, unit }] };
    return {
      kind: "decoded",
      messages: [{ kind: "readings", readings: [{ device, metric, tsMs: null, value }], ...extras }],
    };
  }
  const fields = [{ field: metric, value: quoteValue(text.trim()) }];
  return refuse(device, message("no-usable-value/fields", { item: "", fields, meant: withDecimalPoint(text) }));
}

/** Decodes one message. Methods answer null, or the problem that refuses the whole message. */
class MessageDecoder {
  /** The device of the object that was read last. */
  device: DeviceId | null;
  readonly #context: Omit<ReadingsContext, "ndjson">;
  readonly #readings: IncomingReading[] = [];
  #extras: Extras | null = null;
  /** Fields and items that became no reading: they take as much time. */
  #others = 0;
  /** Fields without a number, as many as a refusal names. */
  readonly #unusable: { readonly field: string; readonly value: string }[] = [];
  #meant = "";

  constructor(context: Omit<ReadingsContext, "ndjson">) {
    this.#context = context;
    this.device = context.device;
  }

  decode(sent: unknown): Problem | null {
    const value = telegrafBatch(sent) ?? sent;
    const found = Array.isArray(value) ? this.#batch(value) : this.#object(value, "");
    if (found !== null || this.#readings.length > 0) return found;
    const [fields, meant] = [this.#unusable, this.#meant];
    return fields.length === 0
      ? message("no-usable-value", { item: "" })
      : message("no-usable-value/fields", { item: "", fields, meant });
  }

  result(): ReadingsMessage {
    // Spread, the four would be copied by name for each message.
    const { units, skipped, localTimes } = this.#extras ?? noExtras;
    const attributes = this.#extras === null ? noExtras.attributes : [...this.#extras.attributes.values()];
    return { kind: "readings", readings: this.#readings, attributes, units, skipped, localTimes };
  }

  #batch(items: readonly unknown[]): Problem | null {
    if (items.length === 0) return message("no-usable-value/empty-batch");
    for (const [index, item] of items.entries()) {
      const found = this.#object(item, `[${index}]`) ?? this.#tooMany();
      if (found !== null) return found;
    }
    return null;
  }

  #object(sent: unknown, where: string): Problem | null {
    if (!isJsonObject(sent)) return message("not-an-object", { item: where, type: typeWord(sent) });
    const isOfTelegraf = isTelegraf(sent);
    const fault = isOfTelegraf ? faultWithin(sent.tags, fieldPath(where, "tags"), 2) : null;
    if (fault !== null) return fault;
    const item = isOfTelegraf ? namedByTags(sent) : sent;
    const device = this.#deviceOf(item, where);
    if (typeof device !== "string") return device;
    this.device = device;
    const scope = { device, tsMs: null, isLocalTime: false, where, prefix: "", depth: 1 };
    const timed = this.#timed(item, scope);
    if ("code" in timed) return timed;
    const before = this.#readings.length;
    const found = this.#values(item, timed);
    if (found === null && where !== "" && this.#readings.length === before)
      this.#skip({ device, field: where, reason: message("skipped/no-number") });
    return found;
  }

  /** An invalid id is ignored where another names the device: `device` is often a port, or an object. */
  #deviceOf(item: JsonObject, where: string): DeviceId | Problem {
    let { device } = this.#context;
    let namedBy = "";
    let bad: Problem | null = null;
    for (const key of DEVICE_KEYS) {
      const text = Object.hasOwn(item, key) ? item[key] : null;
      if (text === null) continue;
      const parsed = typeof text === "string" ? parseDeviceId(text) : undefined;
      const field = fieldPath(where, key);
      if (parsed === undefined) {
        bad ??= badDeviceId(text, field);
      } else if (device !== null && device !== parsed) {
        return message("device-mismatch", { field, value: parsed, device, namedBy });
      } else {
        device = parsed;
        namedBy = key;
      }
    }
    const { sender } = this.#context;
    return device ?? sender ?? bad ?? message("no-device", { item: where, field: fieldPath(where, "device_id") });
  }

  /** The scope with the time of its readings. */
  #timed(item: JsonObject, scope: Scope): Scope | Problem {
    const key = TIME_KEYS.find((name) => Object.hasOwn(item, name) && item[name] !== null);
    if (key === undefined) return scope;
    const value = item[key];
    const field = fieldPath(scope.where, key);
    const quoted = { field, value: quoteValue(value) };
    const tsMs = parseDeviceTimeMs(value);
    if (tsMs === undefined) {
      if (typeof value !== "string" || readText(value).kind !== "none") return message("bad-time/no-time", quoted);
      this.#skip({ device: scope.device, field, reason: message("skipped/no-value", quoted) });
      return scope;
    }
    const { nowMs } = this.#context;
    if (tsMs < limits.earliestTsMs) {
      const since2000Ms = tsMs + SECONDS_FROM_1970_TO_2000 * 1_000;
      const countsFrom2000 = typeof value === "number" && Math.abs(since2000Ms - nowMs) <= limits.futureMs;
      return message(countsFrom2000 ? "bad-time/counts-from-2000" : "bad-time/not-set", quoted);
    }
    if (tsMs > nowMs + limits.futureMs) return message("bad-time/future", quoted);
    return { ...scope, tsMs, isLocalTime: hasNoOffset(value) };
  }

  #values(item: JsonObject, scope: Scope): Problem | null {
    for (const key of Object.keys(item)) {
      const value = item[key];
      // A reserved key is never among the known names.
      const name = typeof value === "number" && Number.isFinite(value) ? knownNames.get(scope.prefix + key) : undefined;
      const found =
        name === undefined
          ? (this.#value(value, key, scope) ?? this.#tooMany())
          : this.#reading(name, Number(value), scope);
      if (found !== null) return found;
    }
    return null;
  }

  #tooMany(): Problem | null {
    const limit = limits.readingsPerMessage;
    return this.#others > limit ? message("too-many-readings", { limit }) : null;
  }

  #value(value: unknown, key: string, scope: Scope): Problem | null {
    // An object beside the time, such as {"ts":1769860800,"time":{"uptime":7}}, holds values like any other.
    if (scope.depth === 1 && RESERVED_KEYS.has(key) && typeof value !== "object") return null;
    const field = fieldPath(scope.where, scope.prefix + key);
    if (isForbiddenKey(key)) return message("forbidden-key", { field });
    if (Array.isArray(value)) return this.#array(value, key, field, scope);
    if (isJsonObject(value)) {
      if (scope.depth >= limits.depth) return message("too-deep", { field, limit: limits.depth });
      return this.#values(value, { ...scope, prefix: `${scope.prefix + key}.`, depth: scope.depth + 1 });
    }
    return this.#leaf(value, key, field, scope);
  }

  /** Numbers and booleans in it become readings of their own, named by their places. */
  #array(values: readonly unknown[], key: string, field: string, scope: Scope): Problem | null {
    const isTaken = values.length > 0 && values.length <= MAX_ARRAY_LENGTH && values.every(isNumberOrNone);
    if (!isTaken) {
      const fault = faultWithin(values, field, scope.depth);
      if (fault !== null) return fault;
      this.#unusableField(field, values);
      this.#skip({ device: scope.device, field, reason: message("skipped/array", { field }) });
      return null;
    }
    for (const [index, value] of values.entries()) {
      const found = this.#leaf(value, `${key}.${index}`, `${field}.${index}`, scope);
      if (found !== null) return found;
    }
    return null;
  }

  #leaf(value: unknown, key: string, field: string, scope: Scope): Problem | null {
    const name = parseMetricName(scope.prefix + key);
    if (name === undefined) return badMetric(scope.prefix + key, field);
    const read = typeof value === "string" ? readText(value) : numberOf(value);
    switch (read.kind) {
      case "number": {
        if (knownNames.size >= MAX_KNOWN_NAMES) knownNames.clear();
        knownNames.set(scope.prefix + key, name);
        if (read.unit !== null) this.#collected().units.push({ device: scope.device, metric: name, unit: read.unit });
        return this.#reading(name, read.value, scope);
      }
      case "none":
        this.#unusableField(field, value);
        this.#skip({
          device: scope.device,
          field,
          reason: message("skipped/no-value", { field, value: quoteValue(value) }),
        });
        return null;
      default: {
        this.#unusableField(field, value);
        return this.#text(name, shorten(String(value), limits.attributeCharacters), scope.device);
      }
    }
  }

  #reading(metric: MetricName, value: number, { device, tsMs, isLocalTime }: Scope): Problem | null {
    if (this.#readings.length >= limits.readingsPerMessage)
      return message("too-many-readings", { limit: limits.readingsPerMessage });
    const reading = { device, metric, tsMs, value };
    if (isLocalTime) this.#collected().localTimes.add(reading);
    this.#readings.push(reading);
    return null;
  }

  /** Only the latest one counts. */
  #text(name: MetricName, text: string, device: DeviceId): Problem | null {
    this.#others++;
    const { attributes } = this.#collected();
    attributes.set(`${device}\n${name}`, { device, name, text });
    if (attributes.size <= MAX_TEXTS_PER_MESSAGE) return null;
    return message("too-many-readings/texts", { limit: MAX_TEXTS_PER_MESSAGE });
  }

  #unusableField(field: string, value: unknown): void {
    if (typeof value === "string") this.#meant ||= withDecimalPoint(value);
    if (this.#unusable.length < MAX_NAMED_FIELDS) this.#unusable.push({ field, value: quoteValue(value) });
  }

  #skip(skipped: SkippedField): void {
    this.#others++;
    const all = this.#collected().skipped;
    if (all.length < MAX_SKIPPED_FIELDS_PER_MESSAGE) all.push(skipped);
  }

  #collected(): Extras {
    this.#extras ??= { attributes: new Map(), units: [], skipped: [], localTimes: new Set() };
    return this.#extras;
  }
}

/** The contents of a message other than readings. */
interface Extras {
  /** By device and name. */
  readonly attributes: Map<string, IncomingAttribute>;
  readonly units: IncomingUnit[];
  readonly skipped: SkippedField[];
  readonly localTimes: Set<IncomingReading>;
}

interface Scope {
  readonly device: DeviceId;
  readonly tsMs: number | null;
  /** The time has no offset: it was read as UTC. */
  readonly isLocalTime: boolean;
  /** `[3]` inside a batch, else empty. */
  readonly where: string;
  /** Path of the enclosing objects, with its last dot. */
  readonly prefix: string;
  readonly depth: number;
}

export function badDeviceId(value: unknown, field: string): Problem {
  const character = typeof value === "string" ? (foreignCharacter(value, "device id") ?? "") : "";
  return message("bad-device-id", { field: shorten(field), value: quoteValue(value), character });
}

export function badMetric(text: string, field: string): Problem {
  return message("bad-metric", { field: shorten(field), character: foreignCharacter(text, "metric name") ?? "" });
}

function numberOf(value: unknown): ReturnType<typeof readText> {
  const isNumber = typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
  return isNumber ? { kind: "number", value: Number(value), unit: null } : { kind: "none" };
}

/** Valid array elements: numbers, booleans, and values that mean “none”. */
function isNumberOrNone(value: unknown): boolean {
  if (typeof value === "string") return readText(value).kind === "none";
  return typeof value !== "object" || value === null;
}

/** What is left out holds no forbidden key either, and is nested no deeper. `depth` is that of `value`. */
function faultWithin(value: unknown, field: string, depth: number): Problem | null {
  if (typeof value !== "object" || value === null) return null;
  if (depth > limits.depth) return message("too-deep", { field, limit: limits.depth });
  const isList = Array.isArray(value);
  const forbidden = isList ? undefined : Object.keys(value).find(isForbiddenKey);
  if (forbidden !== undefined) return message("forbidden-key", { field: fieldPath(field, forbidden) });
  const parts: readonly unknown[] = isList ? value : Object.values(value);
  for (const inner of parts) {
    const fault = faultWithin(inner, field, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function refuse(device: DeviceId | null | undefined, found: Problem): Decoded {
  return { kind: "refused", problem: found, device: device ?? null };
}

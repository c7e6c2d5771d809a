// Telegraf's JSON: {"name":"cpu","tags":{"cpu":"cpu0","host":"rp"},"fields":{"usage_idle":90},"timestamp":1795710000}.
// Its series differ by their tags, so the tags become part of the metric's name: `cpu.cpu0.usage_idle`.

type JsonObject = Readonly<Record<string, unknown>>;

/** The tag that names the machine, which is the device. */
const HOST_TAG = "host";
/** Leaves room for the field's name in the 64 characters of a metric's. */
const MAX_PREFIX_CHARACTERS = 40;

interface TelegrafMetric extends JsonObject {
  readonly name: string;
  readonly tags: JsonObject;
  readonly fields: JsonObject;
}

export function isTelegraf(item: JsonObject): item is TelegrafMetric {
  // Runs for each message: for most, one lookup.
  return typeof item["name"] === "string" && isObject(item["tags"]) && isObject(item["fields"]);
}

/** The same as a message of readings. The host names the device where nothing else does. */
export function namedByTags({ name, tags, fields, ...rest }: TelegrafMetric): JsonObject {
  const { [HOST_TAG]: host, ...others } = tags;
  const values = Object.entries(others)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => String(value));
  const prefix = [name, ...values].map(asName).join(".").slice(0, MAX_PREFIX_CHARACTERS);
  return { ...(typeof host === "string" && { device_id: host }), ...rest, [prefix]: fields };
}

function asName(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}_\-:%/]+/gu, "_");
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

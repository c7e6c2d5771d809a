// Telegraf's JSON: {"name":"cpu","tags":{"cpu":"cpu0","host":"rp"},"fields":{"usage_idle":90},"timestamp":1795710000}.
// Its series differ by their tags, so the tags become part of the metric's name: `cpu.cpu0.usage_idle`. Its HTTP output, and
// its MQTT output where that is told to, sends {"metrics":[…]} with many of them.
import { isJsonObject, type JsonObject } from "../payload.ts";

/** The tag that names the machine, which is the device. */
const HOST_TAG = "host";
const MAX_NAME_CHARACTERS = 64;
/** Less where a field's name needs the room. */
const MAX_PREFIX_CHARACTERS = 40;

interface TelegrafMetric extends JsonObject {
  readonly name: string;
  readonly tags: JsonObject;
  readonly fields: JsonObject;
}

export function isTelegraf(item: JsonObject): item is TelegrafMetric {
  // Runs for each message: for most, one lookup.
  return typeof item["name"] === "string" && isJsonObject(item["tags"]) && isJsonObject(item["fields"]);
}

/** The metrics of a message that holds many, and nothing else; null where it is another message. */
export function telegrafBatch(sent: unknown): readonly unknown[] | null {
  const metrics = isJsonObject(sent) ? sent["metrics"] : null;
  if (!isJsonObject(sent) || !Array.isArray(metrics) || metrics.length === 0) return null;
  const items: readonly unknown[] = metrics;
  const isAlone = Object.keys(sent).length === 1;
  return isAlone && items.every((item) => isJsonObject(item) && isTelegraf(item)) ? items : null;
}

/** The same as a message of readings. The host names the device where nothing else does. */
export function namedByTags({ name, tags, fields, ...rest }: TelegrafMetric): JsonObject {
  const { [HOST_TAG]: host, ...others } = tags;
  // Telegraf's tags are texts; other programs may send anything, even {"toString":1}, which no text can be made of.
  const values = Object.entries(others)
    .filter(([, value]) => typeof value !== "object")
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => String(value));
  const longest = Object.keys(fields).reduce((most, { length }) => Math.max(most, length), 0);
  const room = Math.min(MAX_PREFIX_CHARACTERS, MAX_NAME_CHARACTERS - ".".length - longest);
  const prefix = [name, ...values].map(asName).join(".").slice(0, Math.max(0, room));
  return { ...(typeof host === "string" && { device_id: host }), ...rest, [prefix]: fields };
}

function asName(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}_\-:%/]+/gu, "_");
}

// Which MQTT topics the hub understands. Every other topic is an ordinary broker's topic.
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "./ids.ts";

/** What a device says on a topic; `device` is null where the payload names it. */
export type IngestTopic =
  | { readonly kind: "readings"; readonly device: DeviceId | null }
  | { readonly kind: "metric"; readonly device: DeviceId; readonly metric: MetricName }
  | { readonly kind: "about"; readonly device: DeviceId }
  | { readonly kind: "status"; readonly device: DeviceId }
  | { readonly kind: "state"; readonly device: DeviceId }
  | { readonly kind: "reply"; readonly device: DeviceId };

/** A topic of ours whose device or metric is not a valid name. */
export type MalformedTopic =
  | { readonly kind: "bad-device-id"; readonly text: string }
  | { readonly kind: "bad-metric"; readonly text: string };

/** Reads a publish topic; null when it is none of ours. */
export function parseTopic(topic: string): IngestTopic | MalformedTopic | null {
  if (topic === "sensor/data") return { kind: "readings", device: null };
  const [root, deviceText, leaf, ...rest] = topic.split("/");
  if (deviceText === undefined || leaf === undefined) return null;

  const kind = topicKind(root, leaf, rest);
  if (kind === null) return null;
  const device = parseDeviceId(deviceText);
  if (device === undefined) return { kind: "bad-device-id", text: deviceText };
  if (kind !== "metric") return { kind, device };

  const metricText = rest.join("/");
  const metric = parseMetricName(metricText);
  return metric === undefined ? { kind: "bad-metric", text: metricText } : { kind, device, metric };
}

function topicKind(root: string | undefined, leaf: string, rest: readonly string[]): IngestTopic["kind"] | null {
  if (root === "sensor") return leaf === "data" && rest.length === 0 ? "readings" : null;
  if (root !== "bramble") return null;
  if (leaf === "metric") return rest.length > 0 ? "metric" : null;
  if (rest.length > 0) return null;
  if (leaf === "readings") return "readings";
  return leaf === "about" || leaf === "status" || leaf === "state" || leaf === "reply" ? leaf : null;
}

/** Whether a filter asks for a topic (MQTT 3.1.1, section 4.7). */
export function filterMatches(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [index, level] of wanted.entries()) {
    // "#" stands for the level above it too.
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** A filter that asks for everything, whoever it is of, such as `#`: an observer's. */
export function isCatchAll(filter: string): boolean {
  return filter.startsWith("+") || filter.startsWith("#");
}

/** True for every topic on which devices speak. */
export function isDeviceTopic(topic: string): boolean {
  return parseTopic(topic) !== null;
}

/** The device whose commands a filter asks for: exactly `bramble/<device>/command`, no wildcard. */
export function commandTopicDevice(filter: string): DeviceId | undefined {
  const match = /^bramble\/([^/+#]+)\/command$/.exec(filter);
  return match?.[1] === undefined ? undefined : parseDeviceId(match[1]);
}

// The topics of the hub's own protocol.
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../shared/ids.ts";

/** The meaning of a topic; `device` is null where the payload names it. */
export type BrambleTopic =
  | { readonly kind: "readings"; readonly device: DeviceId | null }
  | { readonly kind: "metric"; readonly device: DeviceId; readonly metric: MetricName }
  | { readonly kind: DeviceKind; readonly device: DeviceId };

/** Topics about the device itself. */
export type DeviceKind = "about" | "status" | "state" | "reply";

/** A topic of ours whose device or metric is not a valid name. */
export type MalformedTopic =
  | { readonly kind: "bad-device-id"; readonly text: string }
  | { readonly kind: "bad-metric"; readonly device: DeviceId; readonly text: string };

/** Matches every topic that `parseTopic` accepts. */
export const BRAMBLE_FILTERS = [
  ...["sensor/data", "sensor/+/data", "bramble/+/readings", "bramble/+/metric/#"].map((filter) => ({
    filter,
    wantsRetained: false,
    holdsReadings: true,
  })),
  { filter: "bramble/+/reply", wantsRetained: false, holdsReadings: false },
  ...["bramble/+/about", "bramble/+/status", "bramble/+/state"].map((filter) => ({
    filter,
    wantsRetained: true,
    holdsReadings: false,
  })),
];

/** Reads a publish topic; null when it is none of ours. */
export function parseTopic(topic: string): BrambleTopic | MalformedTopic | null {
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
  return metric === undefined ? { kind: "bad-metric", device, text: metricText } : { kind, device, metric };
}

function topicKind(root: string | undefined, leaf: string, rest: readonly string[]): BrambleTopic["kind"] | null {
  if (root === "sensor") return leaf === "data" && rest.length === 0 ? "readings" : null;
  if (root !== "bramble") return null;
  if (leaf === "metric") return rest.length > 0 ? "metric" : null;
  if (rest.length > 0) return null;
  if (leaf === "readings") return "readings";
  return leaf === "about" || leaf === "status" || leaf === "state" || leaf === "reply" ? leaf : null;
}

export function commandTopic(device: DeviceId): string {
  return `bramble/${device}/command`;
}

/** The device whose command topic a filter is exactly, without a wildcard. */
export function commandTopicDevice(filter: string): DeviceId | undefined {
  const match = /^bramble\/([^/+#]+)\/command$/.exec(filter);
  return match?.[1] === undefined ? undefined : parseDeviceId(match[1]);
}

// Bramble's own protocol: `sensor/…` and `bramble/<device>/…` over MQTT, POST /data over HTTP.
import { assertNever } from "../../../shared/errors.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import type { CommandSubscriber, DecodeContext, Decoded, Protocol } from "../protocol.ts";
import { decodeStatement } from "./about.ts";
import { brambleHttpRoutes } from "./http.ts";
import { badDeviceId, badMetric, decodeMetricValue, decodeReadings } from "./readings.ts";
import {
  BRAMBLE_FILTERS,
  type BrambleTopic,
  commandTopic,
  commandTopicDevice,
  type MalformedTopic,
  parseTopic,
} from "./topics.ts";

export const brambleProtocol: Protocol = {
  name: "bramble",
  match(topic) {
    const meaning = parseTopic(topic);
    if (meaning === null) return null;
    return {
      device: "device" in meaning ? meaning.device : null,
      holdsReadings: meaning.kind === "readings" || meaning.kind === "metric",
      decode: (payload, context) => decode(topic, meaning, payload, context),
    };
  },
  matchCommandFilter(filter) {
    const device = commandTopicDevice(filter);
    // The exact topic: a filter with a wildcard matches those of all devices.
    return device && commandsOf(device);
  },
  filters: BRAMBLE_FILTERS,
  commandsOf,
  httpRoutes: brambleHttpRoutes,
};

function commandsOf(device: DeviceId): CommandSubscriber {
  const topic = commandTopic(device);
  const replyTopic = `bramble/${device}/reply`;
  return { device, replyTopic, encode: (command) => ({ topic, payload: JSON.stringify(command) }) };
}

function decode(
  topic: string,
  meaning: BrambleTopic | MalformedTopic,
  payload: Uint8Array,
  { nowMs, sender = null }: DecodeContext,
): Decoded {
  switch (meaning.kind) {
    case "readings":
      return decodeReadings(payload, { device: meaning.device, nowMs, sender });
    case "metric":
      return decodeMetricValue(payload, meaning.device, meaning.metric);
    case "about":
    case "status":
    case "state":
    case "reply":
      return decodeStatement(meaning.kind, meaning.device, payload);
    case "bad-device-id":
      return { kind: "refused", problem: badDeviceId(meaning.text, topic), device: null };
    case "bad-metric":
      return { kind: "refused", problem: badMetric(meaning.text, topic), device: meaning.device };
    default:
      return assertNever(meaning);
  }
}

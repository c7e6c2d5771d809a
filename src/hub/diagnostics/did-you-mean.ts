// A topic or path that the hub does not know, and the one that was probably meant.
import { closest } from "../../shared/closest.ts";
import { parseDeviceId, parseMetricName } from "../../shared/ids.ts";

/** A distance of three would match `sensor/state` with `sensor/data`. */
const MAX_MISTAKES = 2;
const MAX_TOPIC_LEVELS = 8;
/** Levels that name no device. */
const TOPIC_WORDS: ReadonlySet<string> = new Set([
  "sensor",
  "sensors",
  "bramble",
  "metric",
  "data",
  "readings",
  "home",
]);

/** The topic on which a device publishes that is closest to `topic`; null where none is close. */
export function meantTopic(topic: string): string | null {
  const levels = topic.split("/").slice(0, MAX_TOPIC_LEVELS);
  const last = levels.at(-1) ?? "";
  const ofDevice = (device: string): string[] => [
    `sensor/${device}/data`,
    ...["readings", "about", "status", "state", "reply", `metric/${last}`].map((leaf) => `bramble/${device}/${leaf}`),
  ];
  const devices = levels.filter((level) => parseDeviceId(level) !== undefined);
  return closest(topic, ["sensor/data", ...devices.flatMap(ofDevice)], MAX_MISTAKES);
}

/** The topic of a single value for one such as `home/livingroom/temperature`; null where it names no device. */
export function meantMetricTopic(topic: string): string | null {
  const levels = topic.split("/").filter((level) => level !== "");
  const [metric] = levels.splice(-1);
  const device = levels.findLast((level) => !TOPIC_WORDS.has(level) && parseDeviceId(level) !== undefined);
  if (metric === undefined || device === undefined || parseMetricName(metric) === undefined) return null;
  return `bramble/${device}/metric/${metric}`;
}

/** The same of what a device may subscribe to. */
export function meantFilter(filter: string): string | null {
  const devices = filter
    .split("/")
    .slice(0, MAX_TOPIC_LEVELS)
    .filter((level) => parseDeviceId(level) !== undefined);
  return closest(
    filter,
    devices.map((device) => `bramble/${device}/command`),
    MAX_MISTAKES,
  );
}

/** The path to which readings are posted that is closest to `path`, or that ends like it. */
export function meantPath(path: string): string | null {
  const found = closest(path, ["/data", "/api/v1/readings"], MAX_MISTAKES);
  if (found !== null) return found;
  const last = `/${path.split("/").findLast((part) => part !== "") ?? ""}`;
  return (
    closest(last, ["/data"], MAX_MISTAKES) ??
    (closest(last, ["/readings"], MAX_MISTAKES) === null ? null : "/api/v1/readings")
  );
}

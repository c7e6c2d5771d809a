// A topic or path that the hub does not know, and the one that was probably meant.
import { parseDeviceId, parseMetricName } from "../../shared/ids.ts";

/** So many characters may be wrong: one more, and `sensor/state` would be taken for `sensor/data`. */
const MISTAKES = 2;
/** Longer ones are no slip of the finger, and comparing takes its time. */
const CHARACTERS = 160;
const LEVELS = 8;
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
  const levels = topic.split("/").slice(0, LEVELS);
  const last = levels.at(-1) ?? "";
  const ofDevice = (device: string): string[] => [
    `sensor/${device}/data`,
    ...["readings", "about", "status", "state", "reply", `metric/${last}`].map((leaf) => `bramble/${device}/${leaf}`),
  ];
  const devices = levels.filter((level) => parseDeviceId(level) !== undefined);
  return closest(topic, ["sensor/data", ...devices.flatMap(ofDevice)]);
}

/** The topic of a single value that is meant by one such as `home/livingroom/temperature`; null where it names no device. */
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
    .slice(0, LEVELS)
    .filter((level) => parseDeviceId(level) !== undefined);
  return closest(
    filter,
    devices.map((device) => `bramble/${device}/command`),
  );
}

/** The path to which readings are posted that is closest to `path`, or that ends like it. */
export function meantPath(path: string): string | null {
  const found = closest(path, ["/data", "/api/v1/readings"]);
  if (found !== null) return found;
  const last = `/${path.split("/").findLast((part) => part !== "") ?? ""}`;
  return closest(last, ["/data"]) ?? (closest(last, ["/readings"]) === null ? null : "/api/v1/readings");
}

function closest(text: string, known: readonly string[]): string | null {
  if (text.length > CHARACTERS) return null;
  let best: { readonly name: string; readonly mistakes: number } | null = null;
  for (const name of known) {
    const mistakes = editDistance(text.toLowerCase(), name.toLowerCase());
    if (mistakes <= MISTAKES && mistakes < (best?.mistakes ?? Number.POSITIVE_INFINITY)) best = { name, mistakes };
  }
  return best?.name ?? null;
}

/** Characters to add, take away or change (Levenshtein). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, character] of [...one].entries()) {
    const next = [row + 1];
    for (const [column, otherCharacter] of [...other].entries()) {
      const changed = (above[column] ?? 0) + (character === otherCharacter ? 0 : 1);
      next.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    above = next;
  }
  return above.at(-1) ?? 0;
}

// Names in files -> ids and metric names of the hub, with the unit beside a name.
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../shared/ids.ts";

/** `temperature [°C]`, `temperature (°C)`. */
const UNIT = /^(.*\S)\s*[[(]\s*([^[\]()]{1,24}?)\s*[\])]$/u;
/** An export puts it in front of a name that a spreadsheet would run. */
const GUARD = /^'(?=[=+\-@\t\r])/;
const MAX_NAME_CHARACTERS = 64;

/** Undefined where it cannot be one; spaces become hyphens, and accents are left out. */
export function deviceOf(text: string): DeviceId | undefined {
  const name = text.trim().replace(GUARD, "");
  return parseDeviceId(name) ?? parseDeviceId(name.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll(/\s+/g, "-"));
}

export interface NamedMetric {
  readonly metric: MetricName;
  readonly unit: string | null;
}

/** Undefined where it cannot be one. */
export function metricOf(text: string): NamedMetric | undefined {
  const name = text.trim().replace(GUARD, "");
  const plain = parseMetricName(name);
  if (plain !== undefined) return { metric: plain, unit: null };
  const [, before = "", unit = ""] = UNIT.exec(name) ?? [];
  const metric = parseMetricName(before);
  return metric === undefined ? undefined : { metric, unit };
}

/** The same for the title of a column, which always becomes one: invalid characters are left out. */
export function metricOfTitle(
  title: string,
  column: number,
): { readonly metric: string; readonly unit: string | null } {
  const named = metricOf(title);
  if (named !== undefined) return named;
  const [, before = title, unit = null] = UNIT.exec(title.trim()) ?? [];
  const cleaned = before
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{N}_\-.:%/ ]+/gu, " ")
    .replaceAll(/ +/g, " ")
    .slice(0, MAX_NAME_CHARACTERS)
    .trim();
  return { metric: parseMetricName(cleaned) ?? `column ${column + 1}`, unit };
}

/** The id of a device that a file is named after; `imported` where its name has nothing to make one of. */
export function deviceOfFile(name: string): string {
  const [stem = ""] = name.replace(/^.*[\\/]/, "").split(/\.(?=[^.]*$)/);
  const id = stem
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_\-.:]+/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, MAX_NAME_CHARACTERS);
  return parseDeviceId(id) ?? "imported";
}

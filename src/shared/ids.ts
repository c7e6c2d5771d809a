// Branded names: checked once, at the edge, and proven by their type from there on.

declare const brand: unique symbol;
export type DeviceId = string & { readonly [brand]: "DeviceId" };
export type MetricName = string & { readonly [brand]: "MetricName" };

const DEVICE_ID = /^[A-Za-z0-9][A-Za-z0-9_\-.:]{0,63}$/;
const FOREIGN_TO_DEVICE_ID = /[^A-Za-z0-9_\-.:]/u;
const METRIC_EDGE = String.raw`\p{L}\p{M}\p{N}_\-.:%/`;
const METRIC = new RegExp(`^[${METRIC_EDGE}](?:[${METRIC_EDGE} ]{0,62}[${METRIC_EDGE}])?$`, "u");
const FOREIGN_TO_METRIC = new RegExp(`[^${METRIC_EDGE} ]`, "u");
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** 1-64 of `A-Z a-z 0-9 _ - . :`, starting with a letter or digit; undefined otherwise. */
export function parseDeviceId(text: string): DeviceId | undefined {
  return isDeviceId(text) ? text : undefined;
}

function isDeviceId(text: string): text is DeviceId {
  return DEVICE_ID.test(text);
}

/**
 * 1-64 characters after NFC: letters, marks and digits of any script (the raised and lowered ones of `CO₂` and
 * `m³` too), `_ - . : % /` and inner spaces, and no forbidden key; undefined otherwise.
 */
export function parseMetricName(text: string): MetricName | undefined {
  const name = text.normalize("NFC");
  return isMetricName(name) ? name : undefined;
}

function isMetricName(name: string): name is MetricName {
  return METRIC.test(name) && !isForbiddenKey(name);
}

/** The first invalid character of such a name, for a message about it; undefined where something else is wrong. */
export function foreignCharacter(text: string, name: "device id" | "metric name"): string | undefined {
  return (name === "device id" ? FOREIGN_TO_DEVICE_ID : FOREIGN_TO_METRIC).exec(text)?.[0];
}

/** Keys that mean something to JavaScript objects; a message that holds one, at any depth, is refused. */
export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN_KEYS.has(key);
}

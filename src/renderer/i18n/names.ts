// How devices and metrics are called and ordered.
import type { Device } from "../../shared/device.ts";

const acronyms = /\b(?:cpu|gpu|ram|rssi|uv|co2|voc|pm\d*)\b/g;

/** The device's own label; else the name made readable: `soil.moisture` as spoken, `bme280.humidity` behind its sensor. */
export function metricLabel({ name, label }: { readonly name: string; readonly label?: string }): string {
  if (label !== undefined) return label;
  const [first = "", ...rest] = name.split(".");
  const isSensor = rest.length > 0 && /\d/.test(first);
  return isSensor ? `${readable(rest.join(" "))} · ${first}` : readable([first, ...rest].join(" "));
}

/** Mixed case is meant (`pH`, `CO₂`) and stays. */
function readable(name: string): string {
  if (name !== name.toLowerCase()) return name;
  const words = name.replaceAll("_", " ").replace(acronyms, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const natural = new Intl.Collator(undefined, { numeric: true });

export function byName(devices: readonly Device[]): Device[] {
  return devices.toSorted((a, b) => natural.compare(a.name, b.name) || natural.compare(a.id, b.id));
}

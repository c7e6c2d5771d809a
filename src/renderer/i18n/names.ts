// How devices and metrics are called and ordered.
import type { Device, Metric } from "../../shared/device.ts";

const acronyms = /\b(?:cpu|gpu|ram|rssi|uv|co2|voc|pm\d*)\b/g;
/** `cpu.temperature`, `temperature.2`: as a person would say it. */
const isInSpokenOrder = /^(?:cpu|gpu|ram)\.|\.\d+$/;

/** The device's own label; else the name made readable, its last part first: it tells the most. */
export function metricLabel({ name, label }: Pick<Metric, "name" | "label">): string {
  if (label !== undefined) return label;
  if (isInSpokenOrder.test(name)) return readable(name.replaceAll(".", " "));
  const [leaf = name, ...path] = name.split(".").reverse();
  const origin = path.reverse().join(" ");
  return origin === "" ? readable(leaf) : `${readable(leaf)} · ${origin}`;
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

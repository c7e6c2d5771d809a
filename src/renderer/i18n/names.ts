// Display names of devices and metrics, and their order.
import type { Device } from "../../shared/device.ts";
import { koreanLabel, koreanName } from "./korean-names.ts";
import { language, locale } from "./language.ts";

const ACRONYMS = /\b(?:cpu|gpu|ram|rssi|uv|co2|voc|pm\d*)\b/g;

/**
 * The declared label, else a generated one: "Soil moisture" for `soil.moisture`, "Humidity · bme280" for `bme280.humidity`. In the
 * window's language where its words are known.
 */
export function metricLabel({ name, label }: { readonly name: string; readonly label?: string }): string {
  if (label !== undefined) return (language === "ko" ? koreanLabel(label) : undefined) ?? label;
  const [first = "", ...rest] = name.split(".");
  const isSensor = rest.length > 0 && /\d/.test(first);
  return isSensor ? `${readable(rest.join(" "))} · ${first}` : readable([first, ...rest].join(" "));
}

/** Mixed case is deliberate (`pH`, `CO₂`) and stays. */
function readable(name: string): string {
  if (name !== name.toLowerCase()) return name;
  const plain = name.replaceAll("_", " ");
  return (language === "ko" ? koreanName(plain) : undefined) ?? capitalized(plain);
}

function capitalized(name: string): string {
  const words = name.replace(ACRONYMS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name without the one that people gave it: what the device calls itself, else its id. */
export function ownName({ id, ownName = id }: Device): string {
  return ownName;
}

/** Adds the id where it differs from the name, since two devices may share a name. */
export function nameAndId({ name, id }: Device): string {
  return name === id ? id : `${name} (${id})`;
}

/** The names shared by several devices, which are shown with their ids. */
export function sharedNames(devices: readonly Device[]): ReadonlySet<string> {
  const names = devices.map(({ name }) => name);
  return new Set(names.filter((name, at) => names.indexOf(name) !== at));
}

const natural = new Intl.Collator(locale, { numeric: true });

export function byName(devices: readonly Device[]): Device[] {
  return devices.toSorted((a, b) => natural.compare(a.name, b.name) || natural.compare(a.id, b.id));
}

export function roomsOf(devices: readonly Device[]): string[] {
  return sortedNames(devices.flatMap(({ room }) => room ?? []));
}

export function tagsOf(devices: readonly Device[]): string[] {
  return sortedNames(devices.flatMap(({ tags = [] }) => tags));
}

/** Each once. */
export function sortedNames(names: readonly string[]): string[] {
  return [...new Set(names)].sort(natural.compare);
}

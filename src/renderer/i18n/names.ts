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

/** Not its name, where people gave it none: what it is called then. */
export function ownName({ id, ownName = id }: Device): string {
  return ownName;
}

/** The name, and the id where that is another: two devices may have one name. */
export function nameAndId({ name, id }: Device): string {
  return name === id ? id : `${name} (${id})`;
}

const natural = new Intl.Collator(undefined, { numeric: true });

export function byName(devices: readonly Device[]): Device[] {
  return devices.toSorted((a, b) => natural.compare(a.name, b.name) || natural.compare(a.id, b.id));
}

export interface Room {
  /** Null for devices that are in none. */
  readonly name: string | null;
  readonly devices: readonly Device[];
}

/** The devices by room, those without one last; a single group without a name where fewer than two rooms are given. */
export function byRoom(devices: readonly Device[]): Room[] {
  const names = roomsOf(devices);
  if (names.length < 2) return [{ name: null, devices }];
  const homeless = devices.filter(({ room }) => room === undefined);
  const rooms = names.map((name) => ({ name, devices: devices.filter(({ room }) => room === name) }));
  return homeless.length === 0 ? rooms : [...rooms, { name: null, devices: homeless }];
}

export function roomsOf(devices: readonly Device[]): string[] {
  const rooms = new Set(devices.flatMap(({ room }) => room ?? []));
  return [...rooms].sort(natural.compare);
}

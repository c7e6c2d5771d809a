// Which devices the overview shows, in which groups and order. Ids alone: an arrangement may be kept on the screen for a moment
// while the devices in it change.
import type { Device } from "../../../../shared/device.ts";
import { byName, metricLabel, sortedNames } from "../../../i18n/names.ts";
import { finderOf } from "../../../i18n/search.ts";
import type { OverviewLayout } from "../../../shell/overview-layout.ts";
import type { Filters } from "./filters.ts";

export type GroupName =
  | { readonly kind: "attention" }
  | { readonly kind: "room" | "tag"; readonly name: string }
  /** Devices without a room or a tag. */
  | { readonly kind: "rest" }
  /** The only group. */
  | { readonly kind: "all" };

export interface Group {
  readonly name: GroupName;
  readonly ids: readonly string[];
}

/** Groups without devices are omitted. */
export function arrange(
  devices: readonly Device[],
  needsAttention: (device: Device) => boolean,
  filters: Filters,
  layout: OverviewLayout,
): Group[] {
  const shown = inOrder(devices, layout).filter(filterOf(filters, needsAttention));
  const attention = shown.filter(needsAttention);
  const rest = shown.filter((device) => !needsAttention(device));
  const groups = [group({ kind: "attention" }, attention), ...grouped(rest, layout.group)];
  return groups.filter(({ ids }) => ids.length > 0);
}

function group(name: GroupName, devices: readonly Device[]): Group {
  return { name, ids: devices.map(({ id }) => id) };
}

/** One without a name where everything would be in one group; a device with several tags is in the group of each. */
function grouped(devices: readonly Device[], by: OverviewLayout["group"]): Group[] {
  const namesOf = ({ room, tags = [] }: Device) => (by === "tag" ? tags : [room ?? []].flat());
  const names = by === "none" ? [] : sortedNames(devices.flatMap(namesOf));
  if (by === "none" || names.length === 0) return [group({ kind: "all" }, devices)];
  const named = names.map((name) =>
    group(
      { kind: by, name },
      devices.filter((device) => namesOf(device).includes(name)),
    ),
  );
  const rest = devices.filter((device) => namesOf(device).length === 0);
  return [...named, group({ kind: "rest" }, rest)];
}

/** Devices without a manual position come last, by name. */
function inOrder(devices: readonly Device[], { order, byHand }: OverviewLayout): Device[] {
  const named = byName(devices);
  if (order === "name") return named;
  const places = new Map(byHand.map((id, place) => [id, place]));
  const placeOf = ({ id }: Device) => places.get(id) ?? Number.MAX_SAFE_INTEGER;
  return named.sort((a, b) => placeOf(a) - placeOf(b));
}

export function filterOf({ query, room, tag, state }: Filters, needsAttention: (device: Device) => boolean) {
  const finds = finderOf(query);
  return (device: Device): boolean => {
    const { id, name, ownName = "", model = "", address, tags = [], metrics, presence } = device;
    if (room !== "" && device.room !== room) return false;
    if (tag !== "" && !tags.includes(tag)) return false;
    if (state === "look" && !needsAttention(device)) return false;
    if (state === "online" && !presence.online) return false;
    if (state === "offline" && presence.online) return false;
    return finds([name, id, ownName, model, address ?? "", device.room ?? "", ...tags, ...metrics.map(metricLabel)]);
  };
}

/** `byHand` with `id` before or after `target`, of the devices that are shown in the order `shown`. */
export function moved(shown: readonly string[], id: string, target: string, side: "before" | "after"): string[] {
  const others = shown.filter((one) => one !== id);
  const at = others.indexOf(target);
  if (at === -1) return [...shown];
  return others.toSpliced(side === "before" ? at : at + 1, 0, id);
}

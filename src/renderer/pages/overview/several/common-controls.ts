// The controls that several devices have in common, and the progress of a command to all of them.
import { isSettled } from "../../../../shared/controls/command.ts";
import type { Control, ControlValue } from "../../../../shared/controls/control.ts";
import type { Device, DeviceControl } from "../../../../shared/device.ts";

export interface CommonControl {
  readonly key: string;
  readonly control: Control;
  readonly owners: readonly Owner[];
}

interface Owner {
  readonly device: Device;
  readonly one: DeviceControl;
}

/** Those that at least two devices have with the same id, kind and limits, those of most devices first. */
export function commonControls(devices: readonly Device[]): CommonControl[] {
  const found = new Map<string, { readonly control: Control; readonly owners: Owner[] }>();
  for (const device of devices)
    for (const one of device.controls) {
      const key = keyOf(one.control);
      const known = found.get(key) ?? { control: one.control, owners: [] };
      known.owners.push({ device, one });
      found.set(key, known);
    }
  return [...found]
    .map(([key, common]) => ({ key, ...common }))
    .filter(({ owners }) => owners.length > 1)
    .sort((a, b) => b.owners.length - a.owners.length);
}

/** Regardless of its label. */
function keyOf(control: Control): string {
  return JSON.stringify(
    Object.entries(control)
      .filter(([field]) => field !== "label")
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The value that all of them report; undefined where they differ or report none. */
export function commonValue(owners: readonly Owner[]): ControlValue | undefined {
  const [first, ...others] = owners.map(({ one }) => one.reported?.value);
  return others.every((value) => value === first) ? first : undefined;
}

/** The command to one device: when the hub accepted it, in milliseconds UTC, or why it did not; null while it is being sent. */
export type Sent = ReadonlyMap<string, number | Error | null>;

export interface Progress {
  readonly done: readonly Device[];
  /** On their way. */
  readonly underWay: readonly Device[];
  /** Devices that are away: theirs are sent when they return. */
  readonly waiting: readonly Device[];
  readonly failed: readonly Device[];
}

export function progressOf(owners: readonly Owner[], sent: Sent): Progress {
  const stateOf = ({ device, one: { desired } }: Owner): keyof Progress => {
    const taken = sent.get(device.id);
    if (taken instanceof Error) return "failed";
    if (taken === null || taken === undefined || desired === undefined || desired.atMs < taken) return "underWay";
    if (!isSettled(desired.state)) return device.presence.online ? "underWay" : "waiting";
    return desired.state === "done" ? "done" : "failed";
  };
  const asked = owners.filter(({ device }) => sent.has(device.id));
  const of = (state: keyof Progress) => asked.filter((owner) => stateOf(owner) === state).map(({ device }) => device);
  return { done: of("done"), underWay: of("underWay"), waiting: of("waiting"), failed: of("failed") };
}

/** Why the hub refused one of the commands. */
export function refusalIn(sent: Sent): Error | undefined {
  return [...sent.values()].find((taken) => taken instanceof Error);
}

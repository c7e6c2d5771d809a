// How often each control was used from this browser: a card has room for the most used ones.
import { Stored } from "./stored.ts";

const MAX_COUNTED_CONTROLS = 500;

type Uses = Readonly<Record<string, number>>;

export const controlUses = new Stored<Uses>("control-uses", (kept) => {
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).flatMap(([name, count]) => (typeof count === "number" ? [[name, count] as const] : [])),
  );
});

/** A device's id contains no slash. */
export const controlKey = (device: string, control: string): string => `${device}/${control}`;

export function countUse(device: string, control: string): void {
  const uses = controlUses.get();
  const name = controlKey(device, control);
  const counted = Object.entries({ ...uses, [name]: (uses[name] ?? 0) + 1 });
  controlUses.set(Object.fromEntries(counted.sort(([, a], [, b]) => b - a).slice(0, MAX_COUNTED_CONTROLS)));
}

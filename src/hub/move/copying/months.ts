// The order of a copy: the newest month first, and within a month a device after the other. So a database writes rows where it has
// just written others, and no chunk of the file is decoded again for every few of its readings, however many series there are.
import { type Static, Type } from "typebox";
import type { DeviceId } from "../../../shared/ids.ts";
import { DAY_MS } from "../../../shared/time.ts";
import { compareText } from "../../store/common/series-order.ts";
import type { ReadingSelection } from "../../store/readings.ts";
import type { Store } from "../../store/store.ts";
import { ALL_READINGS } from "./selections.ts";

const MONTH_MS = 30 * DAY_MS;

/** How far a copy is in the month that begins at `fromMs`: devices before `device` are copied, and of this one all from `toMs` on. */
export const CopyPlace = Type.Object({ fromMs: Type.Integer(), device: Type.String(), toMs: Type.Integer() });
export type CopyPlace = Static<typeof CopyPlace>;

/**
 * The newest month with readings before `endMs`; null where there are none. What has come since `startedMs` is a month of its own: the
 * other store has it already, and the readings before it are new to that one.
 */
export async function newestMonth(
  stores: readonly Store[],
  endMs: number,
  startedMs: number,
): Promise<CopyPlace | null> {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { readings } of stores) {
    const query = { ...ALL_READINGS, toMs: endMs, order: "newest-first", after: null, limit: 1 } as const;
    const [ms] = (await readings.page(query)).tsMs;
    newestMs = Math.max(newestMs, ms ?? newestMs);
  }
  if (newestMs === Number.NEGATIVE_INFINITY) return null;
  const fromMs = newestMs < startedMs ? Math.floor(newestMs / MONTH_MS) * MONTH_MS : startedMs;
  return { fromMs, device: "", toMs: endMs };
}

/** In their order. */
export async function devicesOf(stores: readonly Store[]): Promise<DeviceId[]> {
  const devices = new Set<DeviceId>();
  for (const { readings } of stores) for (const { device } of await readings.latest()) devices.add(device);
  return [...devices].sort(compareText);
}

/** What is copied next, up to the end of the month; null where the month is done. */
export function selectionAt(
  { fromMs, device, toMs }: CopyPlace,
  devices: readonly DeviceId[],
  endMs: number,
): (ReadingSelection & { readonly devices: readonly [DeviceId] }) | null {
  const next = devices.find((id) => (id === device ? toMs > fromMs : compareText(id, device) > 0));
  if (next === undefined) return null;
  return { ...ALL_READINGS, devices: [next], fromMs, toMs: next === device ? toMs : endMs };
}

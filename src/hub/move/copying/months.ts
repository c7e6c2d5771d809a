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

/** A device, and how many series it has. */
export interface CopiedDevice {
  readonly id: DeviceId;
  readonly series: number;
}

/** In their order. */
export async function devicesOf(stores: readonly Store[]): Promise<CopiedDevice[]> {
  const devices = new Map<DeviceId, Set<string>>();
  for (const { readings } of stores) {
    for (const { device, metric } of await readings.latest()) {
      const metrics = devices.get(device) ?? new Set();
      devices.set(device, metrics.add(metric));
    }
  }
  return Array.from(devices, ([id, { size }]) => ({ id, series: size })).sort((a, b) => compareText(a.id, b.id));
}

/** The device that is copied next; undefined where the month is done. */
export function nextDevice(
  { fromMs, device, toMs }: CopyPlace,
  devices: readonly CopiedDevice[],
): CopiedDevice | undefined {
  return devices.find(({ id }) => (id === device ? toMs > fromMs : compareText(id, device) > 0));
}

/** What is copied of a device, up to the end of the month. */
export function selectionAt({ fromMs, device, toMs }: CopyPlace, id: DeviceId, endMs: number): ReadingSelection {
  return { ...ALL_READINGS, devices: [id], fromMs, toMs: id === device ? toMs : endMs };
}

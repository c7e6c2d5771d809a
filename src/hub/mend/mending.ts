// Mends readings, and undoes mends. A mend is saved before it is in force; then the latest reading of the series is read again.

import type { Problem } from "../../shared/errors.ts";
import { MAX_MENDS_PER_DEVICE, type Mend, type MendRequest, type MendResult } from "../../shared/history/mend.ts";
import { type DeviceId, type MetricName, parseMetricName } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import type { Mends } from "../store/mended.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { MendList } from "./mend-list.ts";
import { mendedBuckets } from "./mended-buckets.ts";

export interface MendingOptions {
  readonly list: MendList;
  /** Readings without mends. */
  readonly stored: ReadingStore;
  readonly clock: Clock;
  readonly makeId: () => string;
  readonly isKnown: (device: DeviceId) => boolean;
  /** Resolves once the latest reading of the series has been read again. */
  readonly onChange: (device: DeviceId, metric: MetricName) => Promise<void>;
}

/** Readings of one metric: of `from <= t < to`, and of `least <= value <= greatest` as they are shown. */
export type MendBox = Pick<MendRequest, "metric" | "from" | "to" | "least" | "greatest">;

/** Buckets of a count: more of them are read in one go than one by one. */
const POINTS_PER_COUNT = 500;

export class Mending {
  readonly #options: MendingOptions;

  constructor(options: MendingOptions) {
    this.#options = options;
  }

  /** In the order in which they were made. */
  ofDevice(device: DeviceId): Mends {
    return this.#options.list.ofDevice(device);
  }

  /** How many of the mended readings lie in a box. */
  async preview(device: DeviceId, box: MendBox): Promise<number | Problem> {
    const { list } = this.#options;
    const metric = metricOf(box);
    return typeof metric === "string" ? this.#count(device, metric, box, list.of(device, metric)) : metric;
  }

  /** Resolves with the number of affected readings once the mend is on disk and in force. */
  async apply(device: DeviceId, request: MendRequest, by: string): Promise<MendResult | Problem> {
    const { list, clock, makeId, isKnown, onChange } = this.#options;
    const metric = metricOf(request);
    if (typeof metric !== "string") return metric;
    const readings = await this.#count(device, metric, request, list.of(device, metric));
    if (list.ofDevice(device).length >= MAX_MENDS_PER_DEVICE)
      return message("too-many-mends", { device, limit: MAX_MENDS_PER_DEVICE });
    const mend: Mend = { id: makeId(), device, ...request, metric, by, at: clock.now() };
    await list.add(mend);
    if (!isKnown(device)) {
      // It was removed meanwhile, and the mend may have been saved behind that.
      await list.remove(mend);
      list.forget(device);
      return message("no-such-device", { device });
    }
    await onChange(device, metric);
    return { mend, readings };
  }

  /** Resolves with the number of readings that it affected once it is undone, on disk too. */
  async undo(device: DeviceId, id: string): Promise<MendResult | Problem> {
    const { list, onChange } = this.#options;
    const mend = list.ofDevice(device).find((one) => one.id === id);
    const metric = mend === undefined ? undefined : parseMetricName(mend.metric);
    if (mend === undefined || metric === undefined) return message("no-such-mend", { mend: id.slice(0, 80) });
    const mends = list.of(device, metric);
    const readings = await this.#count(device, metric, mend, mends.slice(0, mends.indexOf(mend)));
    await list.remove(mend);
    await onChange(device, metric);
    return { mend, readings };
  }

  /** The number of readings with `mends`, less that with the box hidden. */
  async #count(device: DeviceId, metric: MetricName, box: MendBox, mends: Mends): Promise<number> {
    const { stored } = this.#options;
    const range = { fromMs: box.from, toMs: box.to };
    const grid = stored.bucketGrid(range.fromMs, range.toMs, POINTS_PER_COUNT);
    const hidden: Mend = { id: "", device, ...boxOf(box), repair: { kind: "hide" }, by: "", at: 0 };
    const count = async (through: Mends) => {
      const buckets = await mendedBuckets(stored, { device, metric, ...range, ...grid }, through);
      return buckets.reduce((sum, { n }) => sum + n, 0);
    };
    const [before, after] = await Promise.all([count(mends), count([...mends, hidden])]);
    return before - after;
  }
}

function boxOf({ metric, from, to, least, greatest }: MendBox): MendBox {
  return { metric, from, to, ...(least !== undefined && { least }), ...(greatest !== undefined && { greatest }) };
}

function metricOf({ metric, from, to, least, greatest }: MendBox): MetricName | Problem {
  const name = parseMetricName(metric);
  if (name === undefined) return message("bad-metric/request", { field: "metric", value: metric.slice(0, 80) });
  if (from >= to) return message("bad-request/from-after-to", { field: "from", from: String(from), to: String(to) });
  if (least !== undefined && greatest !== undefined && least > greatest)
    return message("bad-request/least-above-greatest", { field: "least", least, greatest });
  return name;
}
